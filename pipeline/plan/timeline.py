"""The exact timeline of a film: utterances whose lengths are whole frames on the mel grid."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pipeline.plan.artifact import Artifact
from pipeline.plan.clock import SAMPLE_RATE, grid_frames, samples_per_frame
from pipeline.plan.hearing import Verdict
from pipeline.plan.keys import NEWER, canonical, told
from pipeline.plan.packed import Packed
from pipeline.plan.script import Pause, Sentence
from pipeline.plan.speech import Phoneme, Times, Word

#: Digital silence before and after a speech, in samples: 240 ms and at least 80 ms. No engine's audio window
#: reaches further ahead or back, so that a clip depends on its own utterance alone.
LEAD = 240 * SAMPLE_RATE // 1000
TAIL = 80 * SAMPLE_RATE // 1000

_SCHEMA = 2


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """A sentence with its exact place in time; a silent one is a pause, or a film's head or tail.

    Attributes:
        shown: what captions show; empty for a silent one.
        spoken: what the voice was given; empty for a silent one.
        language: BCP 47 tag of the text; empty for a silent one.
        speech: key of the speech artifact; empty for a silent one.
        speech_digest: digest of that artifact; empty for a silent one.
        speech_size: bytes of that artifact; 0 for a silent one.
        lead: samples of digital silence before the speech.
        samples: samples of the speech itself, at 48 kHz.
        before: samples that the speech artifact holds before those: what is heard before, in a recording.
        after: likewise behind them.
        heard: whether it was cut from a recording: nothing is laid before it then.
        speaking: when somebody speaks in it, for one that was: first sample of the speech artifact, what it
            holds before and behind included, and the one behind the last; in order, without overlaps.
        times: where the phonemes' times come from.
        cost: how badly an aligned reading fits the speech, per mille; else 0.
        verdict: what a check found of it; None for one that nobody checked.
        frames: length of the utterance in frames, lead and tail included; a multiple of the grid.
        phonemes: sounds, counted in samples from the beginning of the utterance (lead included).
        words: words, counted in the same way; text offsets into `spoken`.
    """

    shown: str
    spoken: str
    language: str
    speech: str
    speech_digest: str
    speech_size: int = 0
    lead: int
    samples: int
    frames: int
    before: int = field(default=0, metadata=NEWER)
    after: int = field(default=0, metadata=NEWER)
    heard: bool = field(default=False, metadata=NEWER)
    speaking: tuple[tuple[int, int], ...] = field(default=(), metadata=NEWER)
    times: Times = field(default=Times.OWN, metadata=NEWER)
    cost: int = field(default=0, metadata=NEWER)
    verdict: Verdict | None = field(default=None, metadata=NEWER)
    phonemes: Packed[Phoneme] = Packed(Phoneme)  # noqa: RUF009 - a descriptor, which is no default
    words: Packed[Word] = Packed(Word)  # noqa: RUF009 - a descriptor, which is no default


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """All utterances of one film in order, at one frame rate.

    Attributes:
        fps: frames in a second.
        utterances: in order; their frames add up to the film's.
        voice_version: version of the voice engine that spoke them; empty when nobody spoke.
    """

    fps: int
    utterances: tuple[Utterance, ...]
    voice_version: str = ""

    @property
    def frames(self) -> int:
        """Length of the film in frames."""
        return sum(utterance.frames for utterance in self.utterances)


@dataclass(frozen=True, kw_only=True)
class Take:
    """A sentence that has been spoken: what is known of its speech, without the sound itself.

    Attributes:
        sentence: the sentence.
        speech: the speech artifact.
        samples: its length at 48 kHz; 0 when nothing of the sentence can be spoken.
        times: where the phonemes' times come from.
        cost: how badly an aligned reading fits the speech, per mille; else 0.
        phonemes: sounds, counted in samples from the beginning of the speech.
        words: words, counted in the same way; text offsets into the spoken text.
    """

    sentence: Sentence
    speech: Artifact
    samples: int
    times: Times = Times.OWN
    cost: int = 0
    phonemes: Packed[Phoneme] = Packed(Phoneme)  # noqa: RUF009 - a descriptor, which is no default
    words: Packed[Word] = Packed(Word)  # noqa: RUF009 - a descriptor, which is no default


def lay(pieces: Iterable[Take | Pause], *, fps: int) -> Timeline:
    """Lay takes and pauses end to end, each on a length of its own that depends on nothing beside it.

    A take gets `LEAD` before it and at least `TAIL` after it, up to the next multiple of the frame grid; its
    times move by the lead and are never rounded to frames. A pause becomes the nearest whole number of grids,
    one at least. A take without sound takes no time and is left out.
    """
    grid = grid_frames(fps)
    laid: list[Utterance] = []
    for piece in pieces:
        if isinstance(piece, Pause):
            laid.append(_silent(piece.ms, fps=fps, grid=grid))
        elif piece.samples > 0:
            laid.append(_spoken(piece, fps=fps, grid=grid))
    return Timeline(fps=fps, utterances=tuple(laid))


def relaid(timeline: Timeline, takes: Mapping[str, Take], verdicts: Mapping[str, Verdict]) -> Timeline:
    """The same timeline once it was checked; all that is not told here stays as it is.

    The sentences stay as well: two that sound alike may be shown differently.

    Args:
        timeline: as it was spoken.
        takes: other takes of some speeches, by the keys of those.
        verdicts: what was found of speeches, likewise.
    """
    grid = grid_frames(timeline.fps)
    laid = []
    for each in timeline.utterances:
        utterance = each
        if (take := takes.get(each.speech)) is not None:
            sentence = Sentence(shown=each.shown, spoken=each.spoken, language=each.language)
            utterance = _spoken(replace(take, sentence=sentence), fps=timeline.fps, grid=grid)
        laid.append(replace(utterance, verdict=verdicts.get(each.speech)))
    return replace(timeline, utterances=tuple(laid))


def to_json(timeline: Timeline) -> str:
    """Canonical JSON of a timeline; phonemes, words and verdicts are arrays of their fields, in order."""
    utterances = ",".join(
        canonical(
            {
                **told(utterance),
                "phonemes": [row_of(phoneme) for phoneme in utterance.phonemes],
                "words": [row_of(word) for word in utterance.words],
                **({} if utterance.verdict is None else {"verdict": row_of(utterance.verdict)}),
            }
        )
        for utterance in timeline.utterances
    )
    # One utterance at a time: an hour's film in plain lists would take more memory than rendering it.
    version = canonical(timeline.voice_version)
    return (
        f'{{"fps":{timeline.fps},"schema":{_SCHEMA},"utterances":[{utterances}],"voice_version":{version}}}'
    )


def from_json(text: str) -> Timeline:
    """The timeline that `to_json` wrote.

    Raises:
        ValueError: it is no such JSON, of another schema, or breaks a promise of a timeline.
    """
    try:
        return _read(text)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"no timeline: {error}") from error


def phonemes_from(rows: Iterable[Sequence[Any]]) -> tuple[Phoneme, ...]:
    """Phonemes from rows of their fields, in order.

    Raises:
        ValueError: a row of another shape.
        TypeError: a field of another type.
    """
    return tuple(Phoneme(**_named(row, Phoneme)) for row in rows)


def words_from(rows: Iterable[Sequence[Any]]) -> tuple[Word, ...]:
    """Words from rows of their fields, in order; raises as `phonemes_from`."""
    return tuple(Word(**_named(row, Word)) for row in rows)


def check_times(phonemes: Sequence[Phoneme], words: Sequence[Word], samples: int) -> None:
    """Assure that phonemes and words are in order, without overlaps, within so many samples.

    Raises:
        ValueError: they are not.
    """
    for segments in (phonemes, words):
        last = 0
        for segment in segments:
            if not last <= segment.start < segment.end <= samples:
                raise ValueError(f"out of order: {segment}")
            last = segment.end


def _read(text: str) -> Timeline:
    # The hook sees each utterance as soon as it is read, so that its plain lists do not pile up.
    parts = json.loads(text, parse_float=_no_float, parse_constant=_no_float, object_hook=_part)
    if parts.pop("schema") != _SCHEMA:
        raise ValueError("another schema")
    version = parts.pop("voice_version")
    utterances = tuple(parts.pop("utterances"))
    timeline = Timeline(fps=parts.pop("fps"), utterances=utterances, voice_version=version)
    if not isinstance(version, str):
        raise TypeError(f"voice_version: {version!r}")
    if parts or not all(isinstance(utterance, Utterance) for utterance in timeline.utterances):
        raise ValueError("unknown fields")
    grid_frames(timeline.fps)
    for utterance in timeline.utterances:
        _check(utterance, timeline.fps)
    return timeline


def _part(parts: dict[str, Any]) -> dict[str, Any] | Utterance:
    """The utterance that an object of the JSON is; the timeline's own object stays as it is."""
    return parts if "utterances" in parts else _utterance(parts)


def _silent(ms: int, *, fps: int, grid: int) -> Utterance:
    unit = grid * samples_per_frame(fps)
    grids = max(1, (2 * ms * SAMPLE_RATE // 1000 + unit) // (2 * unit))
    return Utterance(
        shown="",
        spoken="",
        language="",
        speech="",
        speech_digest="",
        lead=0,
        samples=0,
        frames=grids * grid,
        phonemes=(),
        words=(),
    )


def _spoken(take: Take, *, fps: int, grid: int) -> Utterance:
    unit = grid * samples_per_frame(fps)
    return Utterance(
        shown=take.sentence.shown,
        spoken=take.sentence.spoken,
        language=take.sentence.language,
        speech=take.speech.key,
        speech_digest=take.speech.digest,
        speech_size=take.speech.size,
        lead=LEAD,
        samples=take.samples,
        frames=-(-(LEAD + take.samples + TAIL) // unit) * grid,
        times=take.times,
        cost=take.cost,
        phonemes=tuple(replace(p, start=p.start + LEAD, end=p.end + LEAD) for p in take.phonemes),
        words=tuple(replace(w, start=w.start + LEAD, end=w.end + LEAD) for w in take.words),
    )


def row_of(part: Phoneme | Word | Verdict) -> list[str | int | bool]:
    """The fields of a phoneme, a word or a verdict, in order."""
    return [getattr(part, each.name) for each in fields(part)]


def _named(row: Sequence[Any], kind: type[Phoneme | Word | Verdict]) -> dict[str, Any]:
    named = {}
    for each, value in zip(fields(kind), row, strict=True):
        # Annotations are strings here, and the three types of these fields have just these names.
        if type(value).__name__ != each.type:
            raise TypeError(f"{each.name}: {value!r}")
        named[each.name] = value
    return named


def _utterance(parts: dict[str, Any]) -> Utterance:
    read = {
        "phonemes": phonemes_from(parts["phonemes"]),
        "words": words_from(parts["words"]),
        "times": Times(parts.get("times", Times.OWN)),
        "speaking": tuple((first, behind) for first, behind in parts.get("speaking", ())),
        "verdict": Verdict(**_named(parts["verdict"], Verdict)) if "verdict" in parts else None,
    }
    utterance = Utterance(**{**parts, **read})
    for each in fields(Utterance):
        value = getattr(utterance, each.name)
        if each.type in {"str", "int", "bool"} and type(value).__name__ != each.type:
            raise TypeError(f"{each.name}: {value!r}")
    return utterance


def _check(utterance: Utterance, fps: int) -> None:
    samples = utterance.frames * samples_per_frame(fps)
    if utterance.frames <= 0 or utterance.frames % grid_frames(fps):
        raise ValueError(f"off the grid: {utterance.frames} frames")
    least = min(utterance.lead, utterance.samples, utterance.before, utterance.after, utterance.cost)
    if least < 0 or utterance.lead + utterance.samples > samples:
        raise ValueError("the speech is longer than its utterance")
    edges = [edge for span in utterance.speaking for edge in span]
    if edges != sorted(edges) or not all(type(edge) is int for edge in edges):
        raise ValueError(f"out of order: {utterance.speaking}")
    found = utterance.verdict
    if found is not None and (min(found.errors, found.of) < 0 or found.takes < 1):
        raise ValueError(f"no verdict: {found}")
    if edges and not 0 <= edges[0] <= edges[-1] <= utterance.before + utterance.samples + utterance.after:
        raise ValueError("somebody speaks outside of the speech")
    check_times(utterance.phonemes, utterance.words, samples)


def _no_float(text: str) -> float:
    raise ValueError(f"a number that is no integer: {text}")
