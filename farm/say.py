"""A preview by ear: a text spoken as a film would have it, without a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from farm.booths import open_booth
from farm.bootstrap import Workshop, open_farm
from farm.choices import Chooser, Wish
from farm.departments import DEPARTMENT
from farm.lexicon import listed
from farm.output import check_folder, write_whole
from farm.profiles.finding import Finder, use_of
from farm.stopwords import WordChecker
from farm.voicedoor import named
from pipeline.plan import script
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError
from pipeline.plan.level import gain_of
from pipeline.plan.lexicon import Entry
from pipeline.plan.people import ProfileKind, ProfileUse, named_in
from pipeline.plan.portrait import Finding
from pipeline.plan.script import Pause
from pipeline.plan.speech import Phoneme, Speech
from pipeline.plan.timeline import Take, lay
from pipeline.plan.wave import to_wave
from pipeline.scratch import scratch_folder
from pipeline.steps.booth import Line
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.speak import laid_audio
from pipeline.store import Store

#: About five minutes: what is longer is a film.
MOST_CHARACTERS = 4_000

_SUFFIX = ".wav"
# Silences are whole numbers of a film's frames.
_FPS = 25


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A text to be heard.

    Attributes:
        text: what is said.
        wish: voice, language, speed, pitch; what is left empty is chosen. The voice may be a profile as a
            manifest names it.
        file: where the sound goes, ending in ``.wav``; None to be told alone.
        replace: whether an earlier file may be replaced.
        department: whose profiles, pronunciations and word list count; empty for none, but for the
            profiles of the usual one.
    """

    text: str
    wish: Wish
    file: Path | None = None
    replace: bool = False
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class SaidLine:
    """A line as it was said.

    Attributes:
        line: who said it, what captions would show, and what the voice was given.
        ms: how long it took.
        phonemes: its sounds; none of a voice that does not know them.
    """

    line: Line
    ms: int
    phonemes: tuple[Phoneme, ...]


@dataclass(frozen=True, kw_only=True)
class SaidText:
    """A text that was said.

    Attributes:
        voice: who spoke, as people write it.
        person: the profile of whom it sounds like; None for a voice of its own.
        ms: how long all of it is, with the silences of a film.
        lines: its lines in order.
        warnings: what the voice did not do as it was asked.
    """

    voice: str
    person: ProfileUse | None
    ms: int
    lines: tuple[SaidLine, ...]
    warnings: tuple[Finding, ...] = field(default=())


def say(
    workshop: Workshop, preview: Preview, *, check: Callable[[], None], told: Callable[[int, int], None]
) -> SaidText:
    """Speak a text with a voice as a job would, and write what is heard; nothing else is kept.

    Args:
        workshop: engines and models.
        preview: what is wanted.
        check: raises to end the work; called before each line.
        told: hears how many lines were spoken, of how many.

    Raises:
        InputError: the text cannot be spoken, or the file cannot be written; or as `Chooser.voice`, of a
            profile as `Finder.find`.
        DamageError, AwayError, TransientError: of the engine, or of a person's sample.
    """
    _check_place(preview)
    text = script.normalise(preview.text)
    script.check(text, max_characters=MOST_CHARACTERS)
    # What is heard in a person's sample is kept nowhere that they could not be forgotten from.
    with scratch_folder() as folder:
        store = Store(folder)
        lent = _lent(workshop, preview, text, store)
        return _said_with(replace(workshop, store=store), preview, text, lent, check=check, told=told)


@dataclass(frozen=True, kw_only=True)
class _Lent:
    """What a department lends to a preview.

    Attributes:
        wish: with the sample of the person whom it shall sound like.
        person: their profile; None for nobody.
        lexicon: the dictionary.
    """

    wish: Wish
    person: ProfileUse | None = None
    lexicon: Sequence[Entry] = ()


def _lent(workshop: Workshop, preview: Preview, text: str, store: Store) -> _Lent:
    """What stands in a farm's ledger of what is asked for; a person's sample is in the store."""
    wish, profile = preview.wish, named_in(preview.wish.voice)
    if profile is None and not preview.department:
        return _Lent(wish=wish)
    department = preview.department or DEPARTMENT
    with open_farm(workshop.settings) as farm:
        lexicon = listed(farm, department)
        WordChecker(farm.ledger).check(text, department)
        if profile is None:
            return _Lent(wish=wish, lexicon=lexicon)
        people = Finder(farm)
        found = people.find(ProfileKind.VOICE, profile.name, department=department)
        people.lend_sample(profile.name, department, store)
    wish = replace(wish, voice=profile.after, sample=found.reference.digest)
    return _Lent(wish=wish, person=use_of(found), lexicon=lexicon)


def _said_with(
    workshop: Workshop,
    preview: Preview,
    text: str,
    lent: _Lent,
    *,
    check: Callable[[], None],
    told: Callable[[int, int], None],
) -> SaidText:
    chooser = Chooser(workshop)
    choice = chooser.voice(lent.wish, text)
    findings = [finding for _, finding in chooser.doubts(lent.wish, text, lent.lexicon)]
    for finding in findings:
        if finding.level == "error":
            raise InputError(finding.code, **finding.facts)
    people = () if lent.person is None else (lent.person,)
    booth = open_booth(workshop, choice, people, desk=MemoryDesk())
    if booth is None:
        raise AssertionError("a desk in memory lets every key be taken")
    parts = booth.lines_of(text, choice, lexicon=lent.lexicon)
    lines = [part for part in parts if isinstance(part, Line)]
    speeches: dict[str, Speech] = {}
    for line in lines:
        check()
        if line.key not in speeches:
            speeches[line.key] = next(booth.speak_all([line]))
            told(len(speeches), len({each.key for each in lines}))
    samples = _laid(parts, speeches)
    if not any(len(speech.samples) for speech in speeches.values()):
        raise InputError("voice-nothing-spoken", voice=choice.name)
    if preview.file is not None:
        write_whole(preview.file, to_wave(Speech(rate=SAMPLE_RATE, samples=samples, phonemes=(), words=())))
    return SaidText(
        voice=named(choice, chooser.models(lent.wish)),
        person=lent.person,
        ms=_ms(len(samples)),
        lines=tuple(_said(line, speeches[line.key]) for line in lines),
        warnings=tuple(findings),
    )


def _check_place(preview: Preview) -> None:
    file = preview.file
    if file is None:
        return
    if file.suffix.lower() != _SUFFIX:
        raise InputError("command-sound-suffix", path=str(file))
    check_folder(file)
    if file.exists() and not preview.replace:
        raise InputError("command-output-exists", path=str(file))


def _laid(parts: Sequence[Line | Pause], speeches: Mapping[str, Speech]) -> NDArray[np.int16]:
    """The sound of all lines with the silences of a film, each line as loud as the next."""
    takes = (
        part if isinstance(part, Pause) else _take(part, len(speeches[part.key].samples)) for part in parts
    )
    blocks: list[NDArray[np.float64]] = [np.zeros(0)]
    for utterance in lay(takes, fps=_FPS).utterances:
        speech = speeches[utterance.speech].samples if utterance.speech else np.zeros(0, np.int16)
        blocks.append(laid_audio(utterance, speech, _FPS).astype(np.float64) * gain_of(speech))
    return np.rint(np.clip(np.concatenate(blocks), -32768, 32767)).astype(np.int16)


def _take(line: Line, samples: int) -> Take:
    """A line's place in time; its sound is in memory, and no artifact."""
    held = Artifact(kind=Kind.SPEECH, key=line.key, digest="", size=0, suffix=_SUFFIX)
    return Take(sentence=line.sentence, speech=held, samples=samples, phonemes=(), words=())


def _said(line: Line, speech: Speech) -> SaidLine:
    return SaidLine(line=line, ms=_ms(len(speech.samples)), phonemes=tuple(speech.phonemes))


def _ms(samples: int) -> int:
    return samples * 1000 // SAMPLE_RATE
