"""Joining: exactly the sum of the clips, one sound, and no clip that is missing, damaged or foreign."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.media import Media, Probe, movie, splice
from pipeline.media.boxes import box
from pipeline.media.movie import _keyed
from pipeline.media.packets import decode
from pipeline.plan import aigc, graphs
from pipeline.plan.aigc import Mark
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.errors import DamageError, SupersededError, TransientError
from pipeline.plan.job import JobSpec
from pipeline.plan.label import LABEL, NAME, REASON, Label
from pipeline.plan.loudness import Loudness
from pipeline.plan.script import Pause
from pipeline.plan.softtrack import SOFT
from pipeline.plan.timeline import Take, Timeline, lay
from pipeline.plan.trace import Trace
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.join import JoinedFilm, join
from pipeline.steps.render import render
from pipeline.steps.sound import write_sound
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk, SketchSitter
from tests.support.sound import loudness_and_peak

#: A second and a half past one o'clock in the morning of 21 November 2026, UTC.
SUBMITTED_MS = 1_795_222_801_500
LENGTHS = (1.3, 2.2, 0.7)
EVIL = "Tom's; [0:v]drawtext=textfile=/etc/passwd\nfile '/etc/passwd' 標題 \\ %{pts} = x"


@dataclass(frozen=True, kw_only=True)
class _Farm:
    """A film that is rendered and can be joined."""

    store: Store
    timeline: Timeline
    desk: CountingDesk

    def render(self, job: JobSpec | None = None) -> None:
        """Make what is missing."""
        door = films.media()
        assert render(
            job or films.job(),
            self.timeline,
            range(len(self.timeline.utterances)),
            desk=self.desk,
            store=self.store,
            media=door,
            profile=films.profile(door),
            sitter=SketchSitter(films.SMALL),
            pixels=films.PIXELS,
        )

    def join(
        self,
        job: JobSpec | None = None,
        *,
        trace: Trace = films.TRACE,
        submitted_ms: int = SUBMITTED_MS,
        loudness: Loudness = films.LOUDNESS,
    ) -> JoinedFilm | None:
        """Join, or hear why not."""
        door = films.media()
        return join(
            job or films.job(),
            self.timeline,
            desk=self.desk,
            store=self.store,
            media=door,
            profile=films.profile(door),
            pixels=films.PIXELS,
            trace=trace,
            submitted_ms=submitted_ms,
            loudness=loudness,
            producer=films.PRODUCER,
        )

    def joined(self, job: JobSpec | None = None, *, trace: Trace = films.TRACE) -> JoinedFilm:
        """The finished film."""
        film = self.join(job, trace=trace)
        assert film is not None
        return film

    def clip(self, index: int) -> Artifact:
        """The clip of an utterance."""
        planner = ClipPlanner(
            job=films.job(),
            timeline=self.timeline,
            store=self.store,
            profile=films.profile(films.media()),
            pixels=films.PIXELS,
        )
        found = self.desk.find(Kind.CLIP, planner.plan(index).key)
        assert found is not None
        return found

    def replace_clip(self, index: int, data: bytes) -> Artifact:
        """Have the desk believe that other bytes are the clip."""
        old = self.clip(index)

        def write(path: Path) -> None:
            path.write_bytes(data)

        other = self.store.put(Kind.CLIP, old.key, ".mp4", write)
        self.desk.put(other, 0)
        return other


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> _Farm:
    """A rendered film of three sentences, to be copied."""
    store = Store(tmp_path_factory.mktemp("rendered"))
    made = _Farm(store=store, timeline=films.timeline(store, LENGTHS), desk=CountingDesk())
    made.render()
    return made


@pytest.fixture
def farm(tmp_path: Path, rendered: _Farm) -> _Farm:
    """The rendered film in a store of its own."""
    root = tmp_path / "a store with 'quotes', = and ünïcode"
    shutil.copytree(rendered.store.root, root)
    desk = CountingDesk()
    for artifact in rendered.desk.made:
        desk.put(artifact, 0)
    return replace(rendered, store=Store(root), desk=desk)


def test_a_film_is_the_sum_of_its_clips(farm: _Farm) -> None:
    """Exactly the clips' frames, bit for bit, and a sound that ends with the picture."""
    film = farm.joined()
    found = films.media().probe(farm.store.verify(film.film))
    assert found.picture is not None
    assert found.sound is not None
    assert film.frames == farm.timeline.frames == found.picture.packets
    assert found.essence == film.essence
    assert (found.sound.rate, found.sound.channels, found.sound.profile) == (48_000, 2, "LC")
    assert found.sound.samples == farm.timeline.frames * samples_per_frame(25)
    assert abs(found.sound.end - found.picture.end) * 25 < 1
    parts = [
        frame.tobytes()
        for index in range(len(farm.timeline.utterances))
        for frame in decode(farm.store.open(farm.clip(index)))
    ]
    assert [frame.tobytes() for frame in decode(farm.store.open(film.film))] == parts


def test_the_film_begins_with_its_index(farm: _Farm) -> None:
    """Faststart: a player can begin before the whole file is there."""
    data = farm.store.open(farm.joined().film).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_joining_again_makes_nothing(farm: _Farm) -> None:
    """A join that is run again finds everything and gives the same film."""
    film = farm.joined()
    made = len(farm.desk.made)
    assert farm.joined() == film
    assert len(farm.desk.made) == made


def test_the_trace_shapes_metadata_alone(farm: _Farm) -> None:
    """Another trace or title is another file of the same essence, with the same clips and sound."""
    film = farm.joined()
    other = Trace(trace_id="a" * 32, span_id="b" * 16)
    clips, sounds = farm.desk.count(Kind.CLIP), farm.desk.count(Kind.AUDIO)
    again = farm.joined(films.job(title="Another"), trace=other)
    assert again.film.digest != film.film.digest
    assert again.essence == film.essence
    assert (farm.desk.count(Kind.CLIP), farm.desk.count(Kind.AUDIO)) == (clips, sounds)
    said = farm.store.open(again.film).read_bytes()
    assert b"trace " + b"a" * 32 in said
    assert b"Another" in said


def test_a_users_title_is_text_and_nothing_else(farm: _Farm) -> None:
    """Whatever a title holds, it comes back as it was, and the picture is untouched."""
    import av

    plain = farm.joined()
    film = farm.joined(films.job(title=EVIL))
    with av.open(str(farm.store.open(film.film))) as container:
        assert container.metadata["title"] == EVIL
        assert container.metadata["comment"] == f"AI生成 / AI-generated · trace {films.TRACE.trace_id}"
    assert film.essence == plain.essence


def test_a_film_carries_its_captions(farm: _Farm) -> None:
    """Those of the files beside it, in the script's language; the manifest tells their digest."""
    import av

    film = farm.joined()
    with av.open(str(farm.store.open(film.film))) as container:
        stream = container.streams.subtitles[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        assert stream.language == "eng"
    said = [packet[2:].decode() for packet in packets]
    assert said == ["", "Sentence 0.", "", "Sentence 1.", "", "Sentence 2.", ""]
    told = json.loads(farm.store.open(film.manifest).read_bytes())
    found = films.media().probe(farm.store.open(film.film)).words
    assert found is not None
    assert told["captions"]["soft"] == {"language": "eng", "packets": 7, "digest": found.digest}


def test_a_film_that_shall_not_carry_captions_does_not(farm: _Farm) -> None:
    """It is another file of the same essence; the captions beside it stay."""
    plain = farm.joined()
    film = farm.joined(replace(films.job(), options={SOFT: "no"}))
    found = films.media().probe(farm.store.open(film.film))
    assert found.words is None
    assert film.film.key != plain.film.key
    assert (film.essence, film.srt) == (plain.essence, plain.srt)
    assert json.loads(farm.store.open(film.manifest).read_bytes())["captions"]["soft"] is None


@pytest.mark.parametrize("label", ["", "cn", "eu"])
def test_a_film_bears_its_label(farm: _Farm, label: str) -> None:
    """Machines read who had it made, its trace and its essence; people read the label in the comment."""
    job = replace(films.job(), options={LABEL: label})
    farm.render(job)
    film = farm.joined(job)
    found = films.media().probe(farm.store.open(film.film))
    mark = aigc.read(found.label)
    assert mark == Mark(
        label="1",
        producer=films.PRODUCER,
        produced=films.TRACE.trace_id,
        sealed=film.essence,
        propagator=films.PRODUCER,
        propagated=films.TRACE.trace_id,
    )
    shown = Label(label or "both").drawn
    assert found.comment == f"{shown} · trace {films.TRACE.trace_id}"
    told = json.loads(farm.store.open(film.manifest).read_bytes())["label"]
    assert told == {
        "choice": label or "both",
        "shown": shown,
        "key": aigc.fields_of(mark),
        "waived": None,
    }


def test_a_film_without_a_label_tells_who_did_without(farm: _Farm) -> None:
    """Nothing in the film says that a machine made it; its manifest says whose decision that was."""
    waived = {LABEL: "none", NAME: "Li Lei", REASON: "shown to nobody"}
    job = replace(films.job(), options=waived)
    farm.render(job)
    film = farm.joined(job)
    found = films.media().probe(farm.store.open(film.film))
    assert (found.label, found.comment) == ("", f"trace {films.TRACE.trace_id}")
    told = json.loads(farm.store.open(film.manifest).read_bytes())["label"]
    assert told["key"] is None
    assert told["waived"] == {"name": "Li Lei", "reason": "shown to nobody"}


def _without_keys(_keys: object) -> bytes:
    return b""


def _other_keys(keys: Sequence[tuple[str, str]]) -> bytes:
    return _keyed([(name, value.replace('"1"', '"2"')) for name, value in keys])


def _misplaced_keys(keys: Sequence[tuple[str, str]]) -> bytes:
    return box(b"free", _keyed(keys))


@pytest.mark.parametrize("writer", [_without_keys, _other_keys, _misplaced_keys])
def test_a_film_without_its_label_never_leaves(
    farm: _Farm, monkeypatch: pytest.MonkeyPatch, writer: Callable[[object], bytes]
) -> None:
    """Whatever is wrong with the writer, what another reader does not find is no film."""
    monkeypatch.setattr(movie, "_keyed", writer)
    with pytest.raises(TransientError, match="media-label-wrong"):
        farm.join()
    assert farm.desk.count(Kind.FILM) == 0
    assert list((farm.store.root / ".parts").iterdir()) == []
    monkeypatch.undo()
    farm.joined()


def test_a_film_without_its_captions_never_leaves(farm: _Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caption that a player would show at another time, or not at all, is no film."""
    monkeypatch.setattr(splice, "text_entry", lambda *_: box(b"tx3h", bytes(38)))
    with pytest.raises(TransientError, match="media-film-wrong"):
        farm.join()
    assert farm.desk.count(Kind.FILM) == 0


def test_what_goes_with_a_film(farm: _Farm) -> None:
    """Captions, a poster of the film's size, and a manifest that names every digest."""
    film = farm.joined()
    assert "Sentence 1." in farm.store.verify(film.srt).read_text("utf-8")
    assert farm.store.verify(film.vtt).read_text("utf-8").startswith("WEBVTT")
    poster = cv2.imread(str(farm.store.verify(film.poster)))
    assert poster is not None
    assert poster.shape == (64, 96, 3)
    first = next(decode(farm.store.open(farm.clip(1))))
    assert np.abs(poster.astype(int) - first).mean() < 6
    told = json.loads(farm.store.verify(film.manifest).read_text("utf-8"))
    assert told["film"]["digest"] == film.film.digest
    assert told["essence"] == film.essence
    assert told["trace"] == films.TRACE.trace_id
    assert told["duration_ms"] == farm.timeline.frames * 40
    assert [entry["clip"]["digest"] for entry in told["utterances"]] == [
        farm.clip(index).digest for index in range(len(farm.timeline.utterances))
    ]
    assert told["utterances"][0]["end_ms"] == told["utterances"][1]["start_ms"] == 400
    assert told["utterances"][1]["text"] == "Sentence 0."
    assert told["profile"]["engine"] == "sketch"
    assert told["submitted"] == "2026-11-21T01:00:01.500Z"
    assert told["lectern"] == metadata.version("lectern")


def test_a_manifest_tells_when_the_film_was_asked_for(farm: _Farm) -> None:
    """Not when it was joined: a join that runs twice writes the same bytes; another time is another text."""
    first, again = farm.joined(), farm.joined()
    assert again.manifest == first.manifest
    later = farm.join(submitted_ms=SUBMITTED_MS + 1)
    assert later is not None
    assert later.manifest.digest != first.manifest.digest
    assert later.film == first.film


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _other_byte(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.unlink(), "store-artifact-missing"),
        (lambda path: path.write_bytes(_cut(path.read_bytes())), "store-artifact-damaged"),
        (lambda path: path.write_bytes(_other_byte(path.read_bytes())), "store-artifact-damaged"),
        (lambda path: path.write_bytes(b""), "store-artifact-damaged"),
    ],
)
def test_missing_and_damaged_clips_are_caught(farm: _Farm, spoil: Callable[[Path], None], code: str) -> None:
    """A clip that is gone, cut or changed is named before anything is joined; one more render heals it."""
    clip = farm.clip(2)
    spoil(farm.store.open(clip))
    with pytest.raises(DamageError, match=code) as caught:
        farm.join()
    assert caught.value.facts == {"kind": "clip", "key": clip.key}
    assert farm.desk.count(Kind.FILM) == 0
    made = farm.desk.count(Kind.CLIP)
    farm.render()
    assert farm.desk.count(Kind.CLIP) == made + 1
    assert farm.joined().frames == farm.timeline.frames


def test_a_clip_that_was_never_made_is_named(farm: _Farm) -> None:
    """A join that comes too early says which clip is missing."""
    clip = farm.clip(3)
    farm.desk.forget(clip)
    with pytest.raises(DamageError, match="store-artifact-missing") as caught:
        farm.join()
    assert caught.value.facts["key"] == clip.key


def _encoded(farm: _Farm, index: int, tmp_path: Path, *, qp: int = 20, more: int = 0) -> bytes:
    """A clip of other parameters or another length, whole in itself."""
    count = farm.timeline.utterances[index].frames + more
    target = tmp_path / "other.mp4"
    parameters = (*graphs.video_parameters(qp=qp, preset="veryfast"), *(["ref=3"] if qp != 20 else []))
    frame = np.full((96, 96), 90, np.uint8)
    films.media().encode_clip(
        [frame] * count, target, picture=films.SMALL, total=count, parameters=parameters
    )
    return target.read_bytes()


@pytest.mark.parametrize(("qp", "more"), [(30, 0), (20, 5), (20, -5)])
def test_foreign_clips_are_caught(farm: _Farm, tmp_path: Path, qp: int, more: int) -> None:
    """A whole clip with other parameter sets or another length does not belong, and is made anew."""
    clip = farm.replace_clip(1, _encoded(farm, 1, tmp_path, qp=qp, more=more))
    with pytest.raises(DamageError, match="media-clip-foreign") as caught:
        farm.join()
    assert caught.value.facts == {"kind": "clip", "key": clip.key}
    farm.render()
    assert farm.joined().frames == farm.timeline.frames


def test_a_file_that_is_no_film_is_caught(farm: _Farm) -> None:
    """Bytes that the desk takes for a clip and that are none are found out."""
    clip = farm.replace_clip(1, b"no film at all")
    with pytest.raises(DamageError, match="store-artifact-damaged") as caught:
        farm.join()
    assert caught.value.facts["key"] == clip.key


def test_a_clip_that_players_cannot_read_is_caught(farm: _Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if its tables can be read: it is made anew, not tried for ever."""

    def unreadable(_media: Media, _path: Path) -> Probe:
        raise TransientError("media-unreadable", reason="InvalidDataError")

    monkeypatch.setattr(Media, "probe", unreadable)
    clips = [farm.clip(index) for index in range(len(farm.timeline.utterances))]
    with pytest.raises(DamageError, match="store-artifact-damaged") as caught:
        farm.join()
    struck = {clip.key for clip in clips if farm.desk.find(Kind.CLIP, clip.key) is None}
    assert struck == {caught.value.facts["key"]}


def test_every_damage_is_struck_out_at_once(farm: _Farm) -> None:
    """However many clips are damaged, one more render makes them all."""
    for index in (1, 3):
        farm.store.open(farm.clip(index)).unlink()
    with pytest.raises(DamageError):
        farm.join()
    made = farm.desk.count(Kind.CLIP)
    farm.render()
    assert farm.desk.count(Kind.CLIP) == made + 2
    farm.joined()


def test_a_damaged_sound_is_made_again(farm: _Farm) -> None:
    """So is a sound track that is not what it was."""
    farm.joined()
    sound = next(artifact for artifact in farm.desk.made if artifact.kind is Kind.AUDIO)
    path = farm.store.open(sound)
    path.write_bytes(_other_byte(path.read_bytes()))
    farm.joined(films.job(title="Another"))
    assert farm.desk.count(Kind.AUDIO) == 2


def test_a_sound_that_another_makes_is_waited_for(farm: _Farm) -> None:
    """While another worker makes the sound of a twin, the answer is: come back."""
    farm.joined()
    sound = next(artifact for artifact in farm.desk.made if artifact.kind is Kind.AUDIO)
    farm.desk.forget(sound)
    farm.desk.held.add(sound.key)
    assert farm.join(films.job(title="Another")) is None
    farm.desk.held.clear()
    assert farm.join(films.job(title="Another")) is not None


def test_losing_the_work_ends_the_join(farm: _Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the work is another's, nothing more is made."""

    def superseded() -> None:
        raise SupersededError("ledger-superseded")

    monkeypatch.setattr(farm.desk, "check", superseded)
    with pytest.raises(SupersededError):
        farm.join()
    assert farm.desk.count(Kind.FILM) == 0
    assert list((farm.store.root / ".parts").iterdir()) == []


@pytest.mark.parametrize("level", [0.03, 1.0, 8.0])
def test_the_encoded_sound_keeps_loudness_and_peak(tmp_path: Path, level: float) -> None:
    """After AAC: within 0.5 LU of -16 LUFS, and no true peak above -1.5 dBTP, for soft and harsh voices."""
    store = Store(tmp_path)
    voices = [films.hum(seed, 1.5) for seed in range(3)]
    takes = [
        films.spoken(store, str(seed), np.clip(voice * level, -32768, 32767).astype(np.int16))
        for seed, voice in enumerate(voices)
    ]
    timeline = lay([Pause(ms=400), *takes, Pause(ms=600)], fps=25)
    target = tmp_path / "sound.m4a"
    write_sound(target, timeline, films.LOUDNESS, store=store, media=films.media(), check=lambda: None)
    loudness, peak = loudness_and_peak(target)
    assert loudness == pytest.approx(-16.0, abs=0.5)
    assert peak <= -1.5


def test_thirty_minutes_end_together(tmp_path: Path) -> None:
    """At 30 minutes picture and sound end within one frame of each other, and no frame is lost."""
    store = Store(tmp_path)
    take = films.spoken(store, "Now and then.", films.hum(1, 0.7))
    # Little speech and much silence: as long as any film, and cheap.
    rounds: list[Take | Pause] = [take, Pause(ms=14_200)]
    timeline = lay([Pause(ms=200), *(rounds * 120)], fps=25)
    assert timeline.frames > 30 * 60 * 25
    farm = _Farm(store=store, timeline=timeline, desk=CountingDesk())
    farm.render()
    # The beginning; a take and a pause with the label, for two seconds; and both without it, again and again.
    assert farm.desk.count(Kind.CLIP) == 5
    film = farm.joined()
    found = films.media().probe(store.open(film.film))
    assert found.picture is not None
    assert found.sound is not None
    assert found.picture.packets == timeline.frames
    assert found.sound.samples == timeline.frames * samples_per_frame(25)
    assert abs(found.sound.end - found.picture.end) * 25 < 1


def test_an_edit_makes_one_clip_and_one_sound(farm: _Farm) -> None:
    """One sentence changed: one clip, one sound, one film; everything else is found."""
    farm.joined()
    before = {kind: farm.desk.count(kind) for kind in Kind}
    changed = films.timeline(farm.store, (1.3, 2.2, 0.9))
    edited = replace(farm, timeline=changed)
    edited.render()
    edited.joined()
    assert farm.desk.count(Kind.CLIP) == before[Kind.CLIP] + 1
    assert farm.desk.count(Kind.AUDIO) == before[Kind.AUDIO] + 1
    assert farm.desk.count(Kind.FILM) == before[Kind.FILM] + 1


def test_the_essence_is_made_of_packets(farm: _Farm, tmp_path: Path) -> None:
    """The essence digest is of streams alone: rewritten by FFmpeg with other metadata it stays."""
    film = farm.joined()
    copy = tmp_path / "copy.mp4"
    arguments = ["-i", str(farm.store.open(film.film)), "-c", "copy", "-metadata", "title=x", str(copy)]
    films.media().run([*arguments[:-1], "-video_track_timescale", "48000", arguments[-1]])
    assert hashlib.sha256(copy.read_bytes()).hexdigest() != film.film.digest
    assert films.media().probe(copy).essence == film.essence
