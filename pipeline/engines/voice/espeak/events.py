"""What the library reports while it speaks becomes phonemes and words with exact times."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.voice.espeak.symbols import ipa
from pipeline.engines.voice.espeak.zygote import EVENT, EVENT_PHONEME, EVENT_WORD, SPEECH
from pipeline.plan.speech import Phoneme, Said, Speech, Word

_PRIMARY_STRESS = "ˈ"
_STRESS_MARKS = "ˈˌ"
# Scripts up to here part words by spaces; in those beyond, the library's own parting is kept.
_LAST_SPACED = "\u2e7f"


@dataclass(frozen=True, kw_only=True)
class _Event:
    kind: int
    #: Character of the text, counted from 0.
    place: int
    sample: int
    symbol: str


def to_speech(answer: bytes, *, text: str, voice: str, places: Sequence[int] = ()) -> Speech:
    """The speech in an answer of the process (`zygote.speak`).

    The events' sample positions are used: they are exact, while their times are whole milliseconds. Phonemes
    follow each other without gaps, from the first sample to the last.

    Args:
        answer: the process's answer.
        text: what was spoken.
        voice: the voice's name without its variant.
        places: for each character that the process was given, the one of `text` that it stands for; empty
            where it was given `text` itself.

    Raises:
        ValueError: the answer is malformed.
    """
    rate, samples, events = _taken_apart(answer)
    if places:
        last = len(places) - 1
        events = [replace(event, place=places[min(event.place, last)]) for event in events]
    phonemes = tuple(_phonemes(events, voice, len(samples)))
    return Speech(rate=rate, samples=samples, phonemes=phonemes, words=tuple(_words(events, phonemes, text)))


def sounds_by_word(answer: bytes, voice: str) -> dict[int, tuple[str, ...]]:
    """The sounds of each word in IPA, by the character at which the word begins.

    Args:
        answer: the process's answer.
        voice: the voice's name without its variant.

    Raises:
        ValueError: the answer is malformed.
    """
    sounds: dict[int, list[str]] = {}
    word: list[str] = []
    for event in _taken_apart(answer)[2]:
        if event.kind == EVENT_WORD:
            word = sounds.setdefault(event.place, [])
        elif event.kind == EVENT_PHONEME and (letters := ipa(event.symbol, voice)):
            word.append(letters)
    return {place: tuple(heard) for place, heard in sounds.items()}


def _taken_apart(answer: bytes) -> tuple[int, NDArray[np.int16], list[_Event]]:
    """Rate, samples and events of an answer."""
    rate, count = _head(answer)
    split = SPEECH.size + count * EVENT.size
    samples = np.frombuffer(answer[split:], np.int16).copy()
    return rate, samples, list(_events(answer[SPEECH.size : split], len(samples)))


def to_readings(answer: bytes, *, text: str, voice: str) -> tuple[Said, ...]:
    """How each word was pronounced: IPA with both stress marks, and a space where one is read as several.

    Args:
        answer: the process's answer.
        text: what was spoken.
        voice: the voice's name without its variant.

    Raises:
        ValueError: the answer is malformed.
    """
    _, count = _head(answer)
    split = SPEECH.size + count * EVENT.size
    events = list(_events(answer[SPEECH.size : split], len(answer[split:]) // 2))
    begins = {id(event): place for place, event in _begun(events, text)}
    words: list[tuple[int, str]] = []
    for event in events:
        if id(event) in begins:
            words.append((begins[id(event)], ""))
        elif words:
            # Events follow each other as words and sounds do, also where both begin at the same sample.
            words[-1] = (words[-1][0], words[-1][1] + _spelled(event, voice))
    places = [place for place, _ in words] + [len(text)]
    return tuple(
        Said(text_start=place, text_end=_end_of_word(text, place, next_place), ipa=" ".join(sounds.split()))
        for (place, sounds), next_place in zip(words, places[1:], strict=True)
        if sounds.strip()
    )


def _spelled(event: _Event, voice: str) -> str:
    """A sound as it is written; a space where a word begins that is part of another one."""
    if event.kind == EVENT_WORD:
        return " "
    letters = ipa(event.symbol, voice) if _is_sound(event) else ""
    return "".join(mark for mark in event.symbol if mark in _STRESS_MARKS) + letters if letters else ""


def _head(answer: bytes) -> tuple[int, int]:
    if len(answer) < SPEECH.size:
        raise ValueError("an answer without a head")
    rate, count = SPEECH.unpack_from(answer)
    if len(answer) < SPEECH.size + count * EVENT.size:
        raise ValueError("an answer that is cut short")
    return rate, count


def _events(packed: bytes, samples: int) -> Iterator[_Event]:
    """Events in order; a sample position never goes back, nor beyond the end."""
    last = 0
    for kind, position, _, sample, symbol in EVENT.iter_unpack(packed):
        last = min(max(last, sample), samples)
        # Eight bytes hold every symbol of the data; a longer one would be cut within a letter.
        name = symbol.rstrip(b"\0").decode("utf-8", "ignore")
        yield _Event(kind=kind, place=max(0, position - 1), sample=last, symbol=name)


def _phonemes(events: list[_Event], voice: str, samples: int) -> Iterator[Phoneme]:
    """Each sound up to where the next one begins; silences that touch become one."""
    starts = [(event.sample, event.symbol) for event in events if _is_sound(event)]
    if not starts or starts[0][0] > 0:
        starts.insert(0, (0, ""))
    silent_from = None
    for (start, symbol), (end, _) in zip(starts, [*starts[1:], (samples, "")], strict=True):
        letters = ipa(symbol, voice)
        if start == end:
            continue
        if not letters:
            silent_from = start if silent_from is None else silent_from
            continue
        if silent_from is not None:
            yield Phoneme(symbol="", start=silent_from, end=start)
            silent_from = None
        yield Phoneme(symbol=letters, start=start, end=end, stressed=_PRIMARY_STRESS in symbol)
    if silent_from is not None:
        yield Phoneme(symbol="", start=silent_from, end=samples)


def _words(events: list[_Event], phonemes: tuple[Phoneme, ...], text: str) -> Iterator[Word]:
    """Words that make a sound: from their first sound to their last, with their letters in the text."""
    begun = [(place, event.sample) for place, event in _begun(events, text)]
    sounds = [phoneme for phoneme in phonemes if phoneme.symbol]
    index = 0
    ended = [*begun[1:], (len(text), None)] if begun else []
    for (place, sample), (next_place, next_sample) in zip(begun, ended, strict=True):
        first = index
        while index < len(sounds) and (next_sample is None or sounds[index].start < next_sample):
            index += 1
        own = [sound for sound in sounds[first:index] if sound.start >= sample]
        if own:
            end = _end_of_word(text, place, next_place)
            yield Word(start=own[0].start, end=own[-1].end, text_start=place, text_end=end)


def _is_sound(event: _Event) -> bool:
    # "(en)" and the like tell of a change of language and are no sounds.
    return event.kind == EVENT_PHONEME and not event.symbol.startswith("(")


def _begun(events: list[_Event], text: str) -> Iterator[tuple[int, _Event]]:
    """Where words begin in the text, with the event that says so.

    Of "1999" and of "1,234.5" the library reports several words, some of which begin at a mark or in the
    middle of the number: they count as one.
    """
    last = -1
    for event in events:
        if event.kind != EVENT_WORD:
            continue
        place = event.place
        while place < len(text) and not text[place].isalnum():
            place += 1
        if place < len(text) and place > last and not _within_word(text, place):
            last = place
            yield place, event


def _within_word(text: str, place: int) -> bool:
    """Whether the character there goes on with the word, or the number, before it."""
    if place == 0 or max(text[place - 1], text[place]) > _LAST_SPACED:
        return False
    if text[place - 1].isalnum():
        return True
    return place > 1 and text[place - 1] in ".,:" and text[place - 2].isdigit() and text[place].isdigit()


def _end_of_word(text: str, place: int, next_place: int) -> int:
    """The character after the word's last letter or digit, before the next word."""
    end = next_place
    while end > place + 1 and not (text[end - 1].isalnum() or _combines(text[end - 1])):
        end -= 1
    return end


def _combines(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
