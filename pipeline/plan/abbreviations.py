"""Words after which a full stop need not end the sentence, without their last stop."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Written with a capital, these never end a sentence: a name follows.
TITLES = _words("""
    Dr Mr Mrs Ms Mx Prof Gen Col Lt Capt Cpt Sgt Cmdr Adm Maj Rev Hon Pres Gov Sen Rep Messrs Mme Mlle Mt
""")
#: Nor do these, whatever follows. The rest of this page is in small letters, and matched in any.
BEFORE_ANYTHING = _words("e.g i.e eg ie vs cf viz")
#: A number follows these; without one they are words.
BEFORE_NUMBER = _words("""
    no nos nr fig figs vol vols p pp ch chap sec art eq ex pt para par ver v op cl ed tab app
    jan feb mar apr jun jul aug sep sept oct nov dec
""")
#: These end a sentence only before a capital letter.
BEFORE_SMALL = _words("""
    etc approx ca est min max avg dept incl excl resp misc temp tel ext govt intl natl assn univ al eds
    trans cont alt a.m p.m hr hrs sec secs mins lb lbs oz ft sq
""")
#: These end a sentence only before one of the `STARTERS`: otherwise a name goes on.
BEFORE_NAME = _words("inc ltd corp co bros jr sr st ave blvd rd")
#: Before a day or a time zone these go on.
DAY_PARTS = _words("a.m p.m am pm")
#: Words that commonly begin a sentence.
STARTERS = _words("""
    the this that these those it its he she we they you i his her our their your my a an in on at by for
    from to with as if when while where what who why how which there here then now so but and or yet not no
    yes all some many most each every both one after before since until because although though however
    therefore meanwhile please let next first second finally today tomorrow is are was were do does did can
    could will would should may might have has had
""")
#: Languages that write "the fifth" as "5."
ORDINAL_LANGUAGES = _words("cs da de et fi hr hu is lv nb nn no pl sk sl sr tr")
#: Words that leave a line unfinished when it ends in one.
UNFINISHED = _words("""
    a an the of to in on at by for from with and or but nor as is are was were be been that which who whose
    this these those into onto over under than not no our your their his her its my we they he she it i if
""")
