"""Promises about the phonemes that a model is given of a text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.engines.voice.coqui.ipa import Phonemes, directed, rendered
from pipeline.plan.errors import InputError
from pipeline.plan.speech import Said

_KNOWN = frozenset("abdefhijklmnoprstuvwxzæçðŋɐɑɔəɚɛɡɪɹʃʊʌʒˈˌː ,.!?-")


@pytest.fixture(scope="module")
def phonemes() -> Iterator[Phonemes]:
    """Espeak, by its pronunciations."""
    reader = Phonemes()
    yield reader
    reader.close()


def test_marks_stay_and_every_run_knows_its_word(phonemes: Phonemes) -> None:
    """Spaces and marks stand where the text has them; a number's runs all belong to the number."""
    text = "Hello, this is 1999!"
    told = rendered(text, phonemes.of(text, "en-US"), _KNOWN)
    assert told.ipa == "həlˈoʊ, ðɪs ɪz nˈaɪntiːnhˈʌndɹɪd nˈaɪnti nˈaɪn!"
    assert [text[start:end] for start, end in told.places] == ["Hello", "this", "is", "1999", "1999", "1999"]


def test_words_without_spaces_are_parted(phonemes: Phonemes) -> None:
    """In Chinese each word is a run of its own, and full-width marks become those that a model knows."""
    text = "大家好，来了。"
    told = rendered(text, phonemes.of(text, "zh"), _KNOWN)
    assert told.ipa.count(" ") == 3
    assert (told.ipa.count(","), told.ipa[-1]) == (1, ".")
    assert "".join(text[start:end] for start, end in told.places) == "大家好来了"


def test_a_word_is_pronounced_as_is_said(phonemes: Phonemes) -> None:
    """A pronunciation takes the place of espeak's for those characters, and of them alone."""
    text = "Ada Lovelace wrote it."
    said = (Said(text_start=0, text_end=12, ipa="ˈeɪdə ˈlʌvleɪs"),)
    told = rendered(text, phonemes.of(text, "en-GB", said), _KNOWN)
    assert told.ipa.startswith("ˈeɪdə ˈlʌvleɪs ")
    assert [text[start:end] for start, end in told.places] == ["Ada Lovelace", "Ada Lovelace", "wrote", "it"]


def test_what_a_model_does_not_know_is_left_out() -> None:
    """Letters become their twins or nothing, and a word of none has no run; unknown marks are spaces."""
    words = (Said(text_start=0, text_end=1, ipa="gθo"), Said(text_start=2, text_end=3, ipa="θ"))
    told = rendered("A§B…", directed(words, ()), _KNOWN)
    assert told.ipa == "ɡo."
    assert told.places == ((0, 1),)


def test_a_text_without_words_is_its_marks(phonemes: Phonemes) -> None:
    """Nothing to say has no run."""
    for text, ipa in (("", ""), ("…", "."), (" \n", "")):
        told = rendered(text, phonemes.of(text, "en"), _KNOWN)
        assert (told.ipa, told.places) == (ipa, ())


def test_a_language_that_espeak_does_not_speak_is_refused(phonemes: Phonemes) -> None:
    """What nobody can read is no guess."""
    with pytest.raises(InputError) as caught:
        phonemes.of("Hello.", "tlh")
    assert caught.value.code == "voice-language-unknown"
