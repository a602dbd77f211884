"""The dictionary: which words it finds, and what a voice is given for them."""

from __future__ import annotations

import pytest

from pipeline.plan.lexicon import Entry, applied, concerned, from_json, given, to_json
from pipeline.plan.speech import Said


def _entry(word: str, said: str = "", *, language: str = "en", ipa: str = "") -> Entry:
    return Entry(word=word, language=language, said=said, ipa=ipa)


def _spoken(text: str, *entries: Entry, language: str = "en") -> str:
    return applied(text, language, entries, ipa=True)[0]


def test_whole_words_give_way() -> None:
    """A word within another is another word; the marks around it stay."""
    nginx = _entry("nginx", "engine x")
    assert _spoken("Start nginx, then nginxctl or my-nginx.", nginx) == (
        "Start engine x, then nginxctl or my-engine x."
    )
    assert _spoken("Nginx and NGINX", nginx) == "engine x and engine x"


def test_capitals_are_heeded_where_there_are_any() -> None:
    """``US`` is not ``us``, and a name is a name."""
    assert _spoken("Tell us of the US.", _entry("US", "United States")) == "Tell us of the United States."


def test_the_longest_word_wins() -> None:
    """Of entries that begin together, the longer; what was put in is not looked through again."""
    entries = (_entry("New York", "the big apple"), _entry("new", "old"), _entry("apple", "pear"))
    assert _spoken("New York, a new apple", *entries) == "the big apple, a old pear"


def test_words_are_found_anywhere_where_there_are_no_spaces() -> None:
    """Chinese words stand side by side, also beside Latin ones."""
    entries = (_entry("重庆", "崇庆", language="zh"), _entry("AI", "人工智能", language="zh"))
    assert _spoken("我在重庆做AI工作", *entries, language="zh-CN") == "我在崇庆做人工智能工作"


def test_an_entry_is_meant_for_its_language_and_its_kinds() -> None:
    """``en`` for all of English, ``en-GB`` for that alone and before the other; Mandarin is Chinese."""
    general, british = _entry("lift", "elevator"), _entry("lift", "lyft", language="en-GB")
    assert _spoken("a lift", general, british, language="en-US") == "a elevator"
    assert _spoken("a lift", general, british, language="en_gb") == "a lyft"
    assert _spoken("a lift", general, british, language="de") == "a lift"
    assert _spoken("好", _entry("好", "号", language="zh"), language="cmn") == "号"
    assert _spoken("好", _entry("好", "号", language="cmn"), language="zh-TW") == "号"


def test_sounds_are_told_with_their_places() -> None:
    """A word with sounds stays as it is written; where it stands is counted in what is spoken."""
    entries = (_entry("nginx", "engine x"), _entry("Nguyen", ipa="wɪn"))
    text, said = applied("nginx for Nguyen", "en", entries, ipa=True)
    assert text == "engine x for Nguyen"
    assert said == (Said(text_start=13, text_end=19, ipa="wɪn"),)
    assert text[13:19] == "Nguyen"
    assert applied("for Nguyen", "en", entries, ipa=False) == ("for Nguyen", ())


def test_numbers_are_read_around_words_with_sounds() -> None:
    """Each keeps its place although the text grows before it, and no number is read within it."""
    entries = (_entry("Nguyen", ipa="wɪn"), _entry("X9", ipa="ɛks naɪn"), _entry("5G", "five gee"))
    found = given("2 of 30 Nguyen own 1 X9 with 5G.", "en", entries, ipa=True)
    assert found.text == "two of thirty Nguyen own one X9 with five gee."
    assert [found.text[each.text_start : each.text_end] for each in found.said] == ["Nguyen", "X9"]
    assert [each.ipa for each in found.said] == ["wɪn", "ɛks naɪn"]


def test_numbers_are_read_alike_for_every_voice() -> None:
    """Without an entry that applies; in a language that nothing is known of, a voice gets the very text."""
    assert given("It is 9 am.", "en", (), ipa=True).text == "It is nine a.m."
    assert given("It is 9 am.", "de", (), ipa=True).text == "It is 9 am."


def test_a_job_keeps_the_entries_that_concern_it() -> None:
    """Those whose words stand in its script, in whichever order they were given."""
    one, two, three = _entry("bread", "b"), _entry("milk", "m"), _entry("bread", "c", language="zh")
    assert concerned("Bread and butter", (one, two, three)) == concerned("Bread and butter", (three, one))
    assert set(concerned("Bread and butter", (one, two, three))) == {one, three}
    city = _entry("New York")
    assert concerned("in *New*\nYork", (city,)) == (city,)


def test_a_kept_dictionary_is_read_back() -> None:
    """Every entry, word for word; anything else is refused."""
    entries = (_entry('a "b"', "c"), _entry("好", ipa="xɑu", language="zh"))
    assert from_json(to_json(entries)) == entries
    assert to_json(from_json(to_json(entries))) == to_json(entries)
    for wrong in ("", "[]", "{}", '{"schema": 2, "entries": []}', '{"schema": 1, "entries": [["a"]]}'):
        with pytest.raises(ValueError, match="no dictionary"):
            from_json(wrong)
