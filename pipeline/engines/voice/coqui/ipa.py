"""A text in phonemes, for models that were trained on espeak's: read by Lectern's own espeak-ng."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.speech import Said

# Models were trained on either letter for the same sound.
_TWINS = {"ɡ": "g", "g": "ɡ"}
# What full-width marks and an ellipsis become before compatibility's own forms are looked at.
_MARKS = {"。": ".", "、": ",", "…": ".", "—": "-", "–": "-", "“": '"', "”": '"', "’": "'", "‘": "'"}


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A text as a model of phonemes is given it.

    Attributes:
        ipa: words in IPA with single spaces and marks between them.
        places: from which character of the text up to which each run of letters in `ipa` stands, in order;
            a number that is read as several words has as many runs.
    """

    ipa: str
    places: tuple[tuple[int, int], ...]


class Phonemes:
    """Reads texts in IPA; espeak's process is started with the first one."""

    def __init__(self) -> None:
        self._reader: EspeakVoice | None = None

    def of(self, text: str, language: str, said: Sequence[Said] = ()) -> tuple[Said, ...]:
        """The words of a text as espeak pronounces them, but for those that are `said` in a way of their own.

        Args:
            text: what is spoken.
            language: BCP 47 tag.
            said: pronunciations, in the order of the text.

        Raises:
            InputError: ``voice-language-unknown``: espeak does not speak the language; or as its `speak`.
            TransientError: as espeak's `speak`.
        """
        if self._reader is None:
            self._reader = EspeakVoice()
        choice = choose_voice(self._reader.voices(), engine=self._reader.name, language=language)
        return directed(self._reader.reading(text, choice), said)

    def close(self) -> None:
        """End espeak's process; it may be called twice."""
        if self._reader is not None:
            self._reader.close()


def directed(read: Iterable[Said], said: Sequence[Said]) -> tuple[Said, ...]:
    """The words as they are read, those that are said in a way of their own in their places."""
    free = [word for word in read if not any(_touch(word, own) for own in said)]
    return tuple(sorted([*free, *said], key=lambda word: word.text_start))


def rendered(text: str, words: Iterable[Said], known: Collection[str]) -> Rendered:
    """A text with its words in IPA, in characters that a model knows.

    A mark that the model does not know becomes a like one or a space; a letter becomes its twin, or nothing.

    Args:
        text: what is spoken.
        words: its words' pronunciations, in order.
        known: characters of the model.
    """
    spelled, at = "", 0
    places: list[tuple[int, int]] = []
    for word in words:
        spelled += _between(text[at : word.text_start], known) or " "
        for run in word.ipa.split():
            if letters := "".join(_letter(letter, known) for letter in run):
                spelled += f"{letters} "
                places.append((word.text_start, word.text_end))
        spelled = spelled.removesuffix(" ")
        at = word.text_end
    spelled += _between(text[at:], known)
    return Rendered(ipa=" ".join(spelled.split()), places=tuple(places))


def _between(gap: str, known: Collection[str]) -> str:
    """The marks and spaces between two words."""
    return "".join(_mark(sign, known) for sign in gap if not sign.isalnum())


def _mark(sign: str, known: Collection[str]) -> str:
    plain = _MARKS.get(sign) or unicodedata.normalize("NFKC", sign)
    return next((mark for mark in (sign, plain) if mark in known), " ")


def _letter(letter: str, known: Collection[str]) -> str:
    return next((one for one in (letter, _TWINS.get(letter, "")) if one in known), "")


def _touch(one: Said, other: Said) -> bool:
    return one.text_start < other.text_end and other.text_start < one.text_end
