"""Some films of a batch, taken apart into sentences and silences: of a small batch all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from farm.booths import booth_of
from farm.bootstrap import Farm
from farm.lexicon import Dictionaries
from farm.rowcheck import Film
from pipeline.media.filmkind import suffix_of
from pipeline.plan.clipkey import shaping
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.delivery import QUALITY
from pipeline.plan.errors import LecternError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.keys import digest_of
from pipeline.plan.label import LABEL
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.lexicon import Entry
from pipeline.plan.script import Pause, Sentence, split
from pipeline.plan.switches import BURN
from pipeline.plan.timeline import LEAD, TAIL
from pipeline.steps.booth import Booth

# So many films and sentences are taken apart.
_FILMS, _SENTENCES = 200, 2_000
# Multiples of it, without their whole part, never crowd and never follow a pattern (Weyl's sequence).
_GOLDEN = 0.6180339887498949
# The estimate by which sentences are cut is long by so much (measured, English and Mandarin); per cent.
_LONG = 107
#: Silence around a sentence, with what is added on the average up to the next whole grid of frames.
AROUND_MS = 1000 * (LEAD + TAIL) // SAMPLE_RATE + 100

# Recordings are cut at pauses, 2 to 15 seconds apart; sentences that nobody knows yet are about as long.
_PIECE_MS = 6_000

# Options that change pictures although no face: how they are encoded, and what is written into them.
_SHAPING_TOO = (QUALITY, LABEL, BURN.name)

#: All that tells one film's pictures from another's when the same is said.
Look = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence or a silence of a film.

    Attributes:
        key: of the sentence's speech; empty for a silence.
        ms: about how long it is.
        piece: what it is.
    """

    key: str
    ms: int
    piece: Sentence | Pause

    @property
    def name(self) -> str:
        """What equal lines have in common."""
        return self.key or f"silence {self.ms}"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What was found in some films of a batch.

    Attributes:
        films: all films of the batch.
        taken: the lines of those that were taken apart, by their place in the batch.
        lines: each different line, by name.
        times: how often each was met.
        clips: each different clip that was met, as look and line's name.
    """

    films: Sequence[Film]
    taken: Mapping[int, Sequence[Line]]
    lines: Mapping[str, Line]
    times: Mapping[str, int]
    clips: Sequence[tuple[Look, str]]

    @property
    def whole(self) -> bool:
        """Whether all films were taken apart."""
        return len(self.taken) == len(self.films)

    @property
    def share(self) -> float:
        """How many films of the batch each of those stands for."""
        return len(self.films) / len(self.taken)


def take_sample(farm: Farm, films: Sequence[Film]) -> Sample:
    """Take some films apart; at least one, and of a small batch all."""
    booths: dict[tuple[str, str, str], Booth | None] = {}
    dictionaries = Dictionaries(farm.ledger)
    taken: dict[int, list[Line]] = {}
    lines: dict[str, Line] = {}
    times: Counter[str] = Counter()
    clips: dict[tuple[Look, str], None] = {}
    for index in _spread(len(films)):
        film = films[index]
        look = look_of(film)
        speaker = film.voice.engine, film.voice.model, film.voice.converter
        if not film.sound.known_ms and speaker not in booths:
            booths[speaker] = _booth_of(farm, film.voice)
        entries = dictionaries.of(film.department, film.script) if film.script else ()
        taken[index] = _lines_of(film, booths.get(speaker), entries)
        for line in taken[index]:
            lines.setdefault(line.name, line)
            clips[look, line.name] = None
            times[line.name] += 1
        if len(taken) >= _FILMS or times.total() >= _SENTENCES:
            break
    return Sample(films=films, taken=taken, lines=lines, times=times, clips=tuple(clips))


def look_of(film: Film) -> Look:
    """All that tells one film's pictures from another's when the same is said."""
    row, face = film.row, film.face
    shapes = dict(shaping(face.options(row.options), filmed=bool(suffix_of(row.portrait))))
    shapes |= {name: row.options.get(name, "") for name in _SHAPING_TOO}
    drawn = (face, film.format, tuple(sorted(shapes.items())))
    return row.portrait_digest, row.background_digest, *drawn


def _booth_of(farm: Farm, choice: VoiceChoice) -> Booth | None:
    """Who speaks; None where only others can, of whom it is not known here what they spoke already."""
    try:
        return booth_of(farm, choice)
    except LecternError:
        return None


def _lines_of(film: Film, booth: Booth | None, lexicon: Sequence[Entry]) -> list[Line]:
    choice = film.voice
    if film.sound.recording is not None:
        return _pieces(film.sound.known_ms, recording=film.sound.recording.digest)
    if film.sound.commission is not None:
        asked, plan = film.sound.commission.brief, film.sound.commission.plan
        return _pieces(film.sound.known_ms, choice=choice, brief=asked, plan=plan)
    if booth is None:
        return _lines_elsewhere(film)
    lines = []
    for part in booth.lines_of(film.row.script, choice, lexicon=lexicon):
        if isinstance(part, Pause):
            lines.append(Line(key="", ms=part.ms, piece=part))
        else:
            lines.append(Line(key=part.key, ms=_ms(part.sentence, choice), piece=part.sentence))
    return lines


def _lines_elsewhere(film: Film) -> list[Line]:
    """Lines that nobody has spoken as far as is known here; equal ones have equal keys."""
    choice = film.voice
    lines = []
    for piece in split(film.row.script, language=choice.language, speed=choice.speed):
        if isinstance(piece, Pause):
            lines.append(Line(key="", ms=piece.ms, piece=piece))
        else:
            key = digest_of("unspoken", 1, choice=choice, text=piece.spoken)
            lines.append(Line(key=key, ms=_ms(piece, choice), piece=piece))
    return lines


def _pieces(length_ms: int, **made_from: object) -> list[Line]:
    """What is not known by its words, in pieces as long as they are on the average.

    Args:
        length_ms: how long all of them are.
        made_from: what tells them from others.
    """
    count = max(1, round(length_ms / _PIECE_MS))
    piece = Sentence(shown="", spoken="", language="")
    return [
        Line(key=digest_of("piece", 1, number=n, **made_from), ms=length_ms // count, piece=piece)
        for n in range(count)
    ]


def _ms(sentence: Sentence, choice: VoiceChoice) -> int:
    """How long a sentence takes, with the silence around it."""
    return 100 * estimate_ms(sentence.spoken, choice.speed) // _LONG + AROUND_MS


def _spread(films: int) -> Iterator[int]:
    """Every film once, in an order whose beginning is spread over all of them, whatever repeats in them."""
    given: set[int] = set()
    for number in range(4 * films):
        index = int(number * _GOLDEN % 1 * films)
        if index not in given:
            given.add(index)
            yield index
    yield from (index for index in range(films) if index not in given)
