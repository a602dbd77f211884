"""A department's dictionary, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.ledger import Ledger
from db.lexicon import put_entry, read_lexicon, remove_entry
from db.tables import audit
from pipeline.plan.errors import InputError
from pipeline.plan.lexicon import Entry

_NGINX = Entry(word="nginx", language="en", said="engine x")
_NAME = Entry(word="Nguyen", language="en", ipa="wɪn")


def test_a_word_has_one_pronunciation_in_a_language(ledger: Ledger) -> None:
    """The last one that was given, in any case; another language has its own."""
    other = Entry(word="NGINX", language="zh", said="恩静")
    for entry in (_NGINX, _NAME, other, Entry(word="Nginx", language="en", ipa="ˈɛndʒɪnɛks")):
        put_entry(ledger, "default", entry, by="anna")
    assert read_lexicon(ledger, "default") == (
        Entry(word="Nginx", language="en", ipa="ˈɛndʒɪnɛks"),
        other,
        _NAME,
    )
    assert remove_entry(ledger, "default", "NGINX", "en", by="bob")
    assert not remove_entry(ledger, "default", "nginx", "en", by="bob")
    assert read_lexicon(ledger, "default") == (other, _NAME)


def test_who_changed_a_pronunciation_stands_in_the_audit(ledger: Ledger) -> None:
    """Each change once; what changed nothing is no act."""
    put_entry(ledger, "default", _NGINX, by="anna")
    remove_entry(ledger, "default", "nginx", "en", by="bob")
    remove_entry(ledger, "default", "nginx", "en", by="bob")
    with ledger.read() as connection:
        told = [(row.by, row.verb, row.detail) for row in connection.execute(select(audit))]
    assert told == [
        ("anna", "word-pronounced", "default: nginx (en): engine x"),
        ("bob", "word-forgotten", "default: nginx (en)"),
    ]


def test_a_department_that_does_not_exist_has_no_dictionary(ledger: Ledger) -> None:
    """Nothing can be added to it or removed, and it changes nothing."""
    for act in (
        lambda: put_entry(ledger, "nobody", _NGINX, by="anna"),
        lambda: remove_entry(ledger, "nobody", "nginx", "en", by="anna"),
    ):
        with pytest.raises(InputError) as refused:
            act()
        assert refused.value.code == "ledger-department-unknown"
    assert read_lexicon(ledger, "nobody") == ()
