"""Which clips of a batch were made before: their keys are found without drawing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from db.paces import read_accepted, read_profile
from farm.bootstrap import Farm
from farm.rowcheck import Film
from farm.sample import AROUND_MS, Line, Look, Sample, look_of
from farm.studio import Studio
from farm.submit import job_of
from farm.typesetting import Typesetter
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.delivery import profile_for
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.faceway import FaceWay, way_of
from pipeline.plan.job import RenderProfile
from pipeline.plan.script import Pause, Sentence
from pipeline.plan.timeline import Take, lay
from pipeline.plan.wave import from_wave
from pipeline.steps.clips import ClipPlanner

# Looking up a clip means reading its speech: milliseconds each.
_CLIPS = 400


@dataclass(frozen=True, kw_only=True)
class Probed:
    """The clips that were looked up, and those of them that were made before."""

    asked: AbstractSet[tuple[Look, str]]
    there: AbstractSet[tuple[Look, str]]


def probe(farm: Farm, sample: Sample, spoken: Mapping[str, Artifact], *, user: str) -> Probed:
    """Look up clips of the films of a sample: those that a worker would find, and not draw again.

    Only a sentence that was spoken before can have one, and only before a portrait that was submitted before.

    Args:
        farm: the farm.
        sample: the films, taken apart.
        spoken: the speech that is there, by key.
        user: who submits.

    Raises:
        AwayError: the ledger or the store cannot be reached.
    """
    asked = frozenset(sample.clips[:_CLIPS])
    if not spoken:
        return Probed(asked=asked, there=frozenset())
    rows = [sample.films[index].row for index in sample.taken]
    digests = {digest for row in rows for digest in (row.portrait_digest, row.background_digest) if digest}
    pictures = read_accepted(farm.ledger, Kind.SOURCE, digests)
    work = _Probe(farm=farm, user=user, pictures=pictures, spoken=spoken)
    keys: dict[tuple[Look, str], str] = {}
    for index, lines in sample.taken.items():
        film = sample.films[index]
        look = look_of(film)
        names = {line.name for line in lines}
        wanted = {name for name in names if (look, name) in asked and (look, name) not in keys}
        for name, key in work.keys(film, lines, wanted) if wanted else ():
            keys[look, name] = key
    there = read_accepted(farm.ledger, Kind.CLIP, keys.values())
    return Probed(asked=asked, there=frozenset(name for name, key in keys.items() if key in there))


@dataclass(kw_only=True)
class _Probe:
    """Finds the keys of clips, remembering the speech that it has read."""

    farm: Farm
    user: str
    pictures: Mapping[str, Artifact]
    spoken: Mapping[str, Artifact]
    takes: dict[str, Take | None] = field(default_factory=dict)
    profiles: dict[tuple[FaceWay, str], RenderProfile | None] = field(default_factory=dict)
    studio: Studio = field(init=False)
    typesetter: Typesetter = field(init=False)

    def __post_init__(self) -> None:
        self.studio = Studio(self.farm)
        self.typesetter = Typesetter(self.farm)

    def keys(self, film: Film, lines: Sequence[Line], wanted: AbstractSet[str]) -> Iterator[tuple[str, str]]:
        """The keys of those clips of a film that could be there, by the names of their lines."""
        row = film.row
        if any(
            digest and digest not in self.pictures for digest in (row.portrait_digest, row.background_digest)
        ):
            return
        job = job_of(
            film,
            user=self.user,
            quality=self.farm.settings.film.quality,
            portrait=self.pictures[row.portrait_digest],
            background=self.pictures.get(row.background_digest),
            typefaces=self.typesetter.typefaces(row.options, film.language, film.script),
        )
        profile = self._profile(way_of(job), film.pool)
        if profile is None:
            return
        parts = [(line, self._part(line)) for line in lines]
        laid = [(line, part) for line, part in parts if isinstance(part, Pause) or part.samples > 0]
        try:
            planner = ClipPlanner(
                job=job,
                timeline=lay([part for _, part in laid], fps=job.format.fps),
                store=self.farm.store,
                profile=profile_for(profile, job.options),
                pixels=self.studio.pixels(job),
            )
            for index, (line, _) in enumerate(laid):
                if line.name in wanted and (not line.key or self.takes.get(line.key)):
                    yield line.name, planner.plan(index).key
        except (DamageError, InputError):
            # What is damaged is found, and made again, by whoever needs it.
            return

    def _profile(self, way: FaceWay, pool: str) -> RenderProfile | None:
        if (way, pool) not in self.profiles:
            self.profiles[way, pool] = read_profile(self.farm.ledger, way, pool)
        return self.profiles[way, pool]

    def _part(self, line: Line) -> Take | Pause:
        """A line as the timeline has it; one that nobody spoke yet takes about its time."""
        if isinstance(line.piece, Pause):
            return line.piece
        if line.key not in self.takes:
            self.takes[line.key] = self._take(line.piece, self.spoken.get(line.key))
        take = self.takes[line.key]
        if take is not None:
            return replace(take, sentence=line.piece)
        unspoken = Artifact(kind=Kind.SPEECH, key=line.key, digest="", size=0, suffix="")
        samples = max(1, (line.ms - AROUND_MS) * SAMPLE_RATE // 1000)
        return Take(sentence=line.piece, speech=unspoken, samples=samples, phonemes=(), words=())

    def _take(self, sentence: Sentence, artifact: Artifact | None) -> Take | None:
        if artifact is None:
            return None
        try:
            speech = from_wave(self.farm.store.verify(artifact).read_bytes())
        except (DamageError, ValueError):
            return None
        return Take(
            sentence=sentence,
            speech=artifact,
            samples=len(speech.samples),
            phonemes=speech.phonemes,
            words=speech.words,
        )
