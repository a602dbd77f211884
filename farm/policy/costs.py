"""What films will cost: by what the farm has measured on its own work, else by stated rules of thumb.

The rules were measured on one core of an AMD EPYC with the voice `espeak`, the faces `warp` and, in fp32,
`wav2lip`, libx264 as it is set (`bench/face_speed.py`, and films of a farm of two workers), and for scripts a
language model of half a billion weights in fp32: they tell the order of magnitude.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pipeline.plan.job import Format

_MILLION = 1_000_000
#: Microseconds of machine time for a frame: what every frame takes, and what a million pixels take besides.
RULE_RENDER_US = (4_000, 7_000)
#: What an engine with a model takes besides, for a frame in which somebody speaks; on a card it is far less.
RULE_MODEL_US: Mapping[str, int] = {"wav2lip": 36_000}
#: Microseconds for a frame in each other stage.
RULE_STAGE_US: Mapping[str, int] = {"write": 30_000, "speak": 300, "join": 800, "archive": 50}
#: Bytes of a film for a frame, likewise.
RULE_FILM_BYTES = (2_000, 4_500)
#: Bytes for a second of speech as the store keeps it (16 bits at 48 kHz), and of a film's encoded track.
SPEECH_BYTES, TRACK_BYTES = 96_000, 12_000
#: What lies beside every film: captions, poster and manifest.
BESIDE_BYTES = 150_000
# Fewer films say little about the next ones.
_LEAST = 3


class Basis(StrEnum):
    """What a figure rests on."""

    MEASURED = "measured"
    """This farm has done just that."""
    SCALED = "scaled"
    """This farm has done it in another size."""
    RULE = "rule"
    """A rule of thumb; nothing like it was measured here yet."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What attempts of one kind have cost, added up.

    Attributes:
        stage: of a job.
        engine: the face engine; empty in other stages than rendering.
        width: of the film, in pixels.
        height: of the film, in pixels.
        device: what computed.
        frames: how many frames were made.
        machine_ms: CPU time.
        wall_ms: time by the clock.
        attempts: how many.
    """

    stage: str
    engine: str
    width: int
    height: int
    device: str
    frames: int
    machine_ms: int
    wall_ms: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Speech:
    """How long films became: bytes of their scripts, and milliseconds as if spoken at normal speed."""

    films: int
    bytes: int
    normal_ms: int


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large films became."""

    films: int
    frames: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What a farm has measured on its own work.

    Attributes:
        works: machine time.
        speeches: lengths, by voice engine and primary language.
        sizes: sizes, by width and height.
        hands: live workers that can render, by device.
    """

    works: Sequence[Work] = ()
    speeches: Mapping[tuple[str, str], Speech] = field(default_factory=dict)
    sizes: Mapping[tuple[int, int], Size] = field(default_factory=dict)
    hands: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a frame costs in a stage.

    Attributes:
        stage: of a job.
        engine: the face engine; empty in other stages than rendering.
        machine_us: CPU time for a frame.
        wall_us: time by the clock for a frame, one worker alone.
        basis: what that rests on.
        width: of the film, in pixels; 0 in other stages than rendering.
        height: of the film, in pixels, likewise.
        device: on which; empty: on any.
        attempts: how many were measured; 0 for a rule.
    """

    stage: str
    engine: str
    machine_us: int
    wall_us: int
    basis: Basis
    width: int = 0
    height: int = 0
    device: str = ""
    attempts: int = 0


def price(works: Iterable[Work], *, stage: str, engine: str, format: Format, device: str) -> Price:  # noqa: A002 - the house's word for it
    """What a frame of a film costs in a stage.

    What was measured in this size counts, on this device if it was measured there, else on any; else what was
    measured in other sizes, in the proportion of the rule; else the rule alone. Only rendering depends on the
    size; the price of another stage has none.
    """
    sized = stage not in RULE_STAGE_US
    alike = [work for work in works if (work.stage, work.engine) == (stage, engine)]
    there = [work for work in alike if work.device == device] or alike
    same = [work for work in there if not sized or (work.width, work.height) == (format.width, format.height)]
    measured = same or there
    rule = _rule_us(stage, engine, format.width, format.height)
    if not measured:
        found = Price(stage=stage, engine=engine, machine_us=rule, wall_us=rule, basis=Basis.RULE)
    else:
        by_rule = sum(work.frames * _rule_us(stage, engine, work.width, work.height) for work in measured)
        devices = {work.device for work in measured}
        found = Price(
            stage=stage,
            engine=engine,
            device=devices.pop() if len(devices) == 1 else "",
            machine_us=rule * 1000 * sum(work.machine_ms for work in measured) // by_rule,
            wall_us=rule * 1000 * sum(work.wall_ms for work in measured) // by_rule,
            basis=Basis.MEASURED if same else Basis.SCALED,
            attempts=sum(work.attempts for work in measured),
        )
    return replace(found, width=format.width, height=format.height) if sized else found


def film_bytes(sizes: Mapping[tuple[int, int], Size], format: Format) -> tuple[int, Basis]:  # noqa: A002 - see above
    """Bytes of a film for a frame in a format, in thousandths, and what that rests on."""
    rule = _by_pixels(RULE_FILM_BYTES, format.width, format.height)
    measured = sizes.get((format.width, format.height))
    if measured is not None and measured.frames:
        return 1000 * measured.bytes // measured.frames, Basis.MEASURED
    frames = sum(size.frames for size in sizes.values())
    if not frames:
        return 1000 * rule, Basis.RULE
    by_rule = sum(size.frames * _by_pixels(RULE_FILM_BYTES, *pixels) for pixels, size in sizes.items())
    return 1000 * rule * sum(size.bytes for size in sizes.values()) // by_rule, Basis.SCALED


def speech_rate(speeches: Mapping[tuple[str, str], Speech], engine: str, language: str) -> int | None:
    """Microseconds of film for a byte of script at normal speed, by the latest films; None: nobody knows."""
    spoken = speeches.get((engine, language.partition("-")[0]))
    if spoken is None or spoken.films < _LEAST or not spoken.bytes:
        return None
    return 1000 * spoken.normal_ms // spoken.bytes


def _rule_us(stage: str, engine: str, width: int, height: int) -> int:
    if stage in RULE_STAGE_US:
        return RULE_STAGE_US[stage]
    return _by_pixels(RULE_RENDER_US, width, height) + RULE_MODEL_US.get(engine, 0)


def _by_pixels(rule: tuple[int, int], width: int, height: int) -> int:
    return rule[0] + rule[1] * width * height // _MILLION
