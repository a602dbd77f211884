"""What a batch consists of: how long its films will be, what they share, and what was made before.

A large batch is looked at in part, and what is found there is taken for the whole; how many films were looked
at is told. Nothing is spoken or drawn for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.paces import read_accepted
from farm.bootstrap import Farm
from farm.policy.costs import Speech, speech_rate
from farm.probe import probe
from farm.rowcheck import Film
from farm.sample import Sample, look_of, take_sample
from pipeline.plan.artifact import Kind


@dataclass(frozen=True, kw_only=True)
class Parts:
    """How many of one thing the films consist of.

    Attributes:
        all: one for each time that it is seen or heard.
        different: what remains when equal ones are made once.
        there: of the different ones, those that were made before.
    """

    all: int
    different: int
    there: int


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a batch consists of.

    Attributes:
        looked_at: how many of its films this rests on.
        lengths_ms: of each film, in order.
        learnt: films of this farm that the lengths were learnt from; 0: they follow from the scripts alone.
        sentences: what is spoken.
        clips: what is drawn.
        to_render: per mille of the films' length that has to be drawn.
        to_speak: per mille of it that has to be spoken.
        to_write: per mille of it whose scripts are yet to be written.
        unwritten: how many films that are.
    """

    looked_at: int
    lengths_ms: tuple[int, ...]
    learnt: int
    sentences: Parts
    clips: Parts
    to_render: int
    to_speak: int
    to_write: int
    unwritten: int


def read_contents(
    farm: Farm, films: Sequence[Film], *, user: str, speeches: Mapping[tuple[str, str], Speech]
) -> Contents:
    """Find out what films consist of.

    Args:
        farm: the farm.
        films: rows that can be made; at least one.
        user: who submits them.
        speeches: how long the latest films became.

    Raises:
        AwayError: the ledger or the store cannot be reached.
    """
    sample = take_sample(farm, films)
    spoken = read_accepted(farm.ledger, Kind.SPEECH, [line.key for line in sample.lines.values() if line.key])
    probed = probe(farm, sample, spoken, user=user)
    clips = _different_clips(sample)
    drawn = _ms(sample, Counter(name for _, name in probed.there))
    looked_up = _ms(sample, Counter(name for _, name in probed.asked)) or 1
    speech = {
        name: _expected(sample, count, 1) for name, count in sample.times.items() if sample.lines[name].key
    }
    whole_ms = sample.share * _ms(sample, sample.times) or 1
    unspoken = {name: count for name, count in speech.items() if name not in spoken}
    lengths, learnt = _lengths(sample, speeches)
    unwritten = [ms for film, ms in zip(films, lengths, strict=True) if film.script is None]
    return Contents(
        looked_at=len(sample.taken),
        lengths_ms=lengths,
        learnt=learnt,
        sentences=Parts(
            all=round(sample.share * sum(sample.times[name] for name in speech)),
            different=round(sum(speech.values())),
            there=round(sum(speech.values()) - sum(unspoken.values())),
        ),
        clips=Parts(
            all=round(sample.share * sum(sample.times.values())),
            different=round(sum(clips.values())),
            there=round(sum(clips.values()) * len(probed.there) / len(probed.asked)),
        ),
        to_render=min(1000, round(1000 * _ms(sample, clips) * (1 - drawn / looked_up) / whole_ms)),
        to_speak=min(1000, round(1000 * _ms(sample, unspoken) / whole_ms)),
        to_write=1000 * sum(unwritten) // max(1, sum(lengths)),
        unwritten=len(unwritten),
    )


def _ms(sample: Sample, times: Mapping[str, float]) -> float:
    """How long some lines are together."""
    return sum(sample.lines[name].ms * count for name, count in times.items())


def _different_clips(sample: Sample) -> Mapping[str, float]:
    """How many different clips there are of each line in the whole batch."""
    if sample.whole:
        return Counter(name for _, name in sample.clips)
    looks = len({look_of(film) for film in sample.films})
    return {name: _expected(sample, count, looks) for name, count in sample.times.items()}


def _expected(sample: Sample, count: int, most: int) -> float:
    """How many different ones there are in all films of what was met so often in some of them.

    What was met once is taken for a row's own; what was met again, for shared.
    """
    if sample.whole:
        return min(most, count)
    return sample.share if count == 1 else min(most, sample.share * count)


def _lengths(sample: Sample, speeches: Mapping[tuple[str, str], Speech]) -> tuple[tuple[int, ...], int]:
    """Every film's length in milliseconds, and how many films of the farm that was learnt from."""
    own = {index: sum(line.ms for line in lines) for index, lines in sample.taken.items()}
    sizes: Counter[tuple[str, str]] = Counter()
    times: Counter[tuple[str, str]] = Counter()
    for index, ms in own.items():
        film = sample.films[index]
        if film.sound.known_ms:
            continue
        sizes[_tongue(film)] += len(film.row.script.encode())
        times[_tongue(film)] += ms * film.voice.speed // 100
    # Microseconds for a byte of script.
    overall = 1000 * times.total() // max(1, sizes.total())
    tongues = {_tongue(film) for film in sample.films if not film.sound.known_ms}
    learnt = {tongue: speech_rate(speeches, *tongue) for tongue in tongues}
    lengths = []
    for index, film in enumerate(sample.films):
        if film.sound.known_ms:
            lengths.append(film.sound.known_ms)
            continue
        tongue = _tongue(film)
        rate = learnt[tongue]
        if rate is None and index in own:
            lengths.append(own[index])
        else:
            rate = rate or (1000 * times[tongue] // sizes[tongue] if sizes[tongue] else overall)
            lengths.append(len(film.row.script.encode()) * rate // 10 // film.voice.speed)
    return tuple(lengths), sum(speeches[tongue].films for tongue, rate in learnt.items() if rate is not None)


def _tongue(film: Film) -> tuple[str, str]:
    return film.voice.engine, film.voice.language.partition("-")[0]
