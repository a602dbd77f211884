"""Joining: exactly the sum of the clips, one sound, and no clip that is missing, damaged or foreign."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.media import Media, Probe
from pipeline.media.packets import decode
from pipeline.plan import graphs
from pipeline.plan.artifact import Kind
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.errors import DamageError, SupersededError, TransientError
from pipeline.plan.script import Pause
from pipeline.plan.timeline import Take, lay
from pipeline.plan.trace import Trace
from pipeline.steps.sound import write_sound
from pipeline.store import Store
from tests.pipeline.steps.joining import SUBMITTED_MS, JoinFarm
from tests.support import films
from tests.support.films import CountingDesk
from tests.support.sound import loudness_and_peak

EVIL = "Tom's; [0:v]drawtext=textfile=/etc/passwd\nfile '/etc/passwd' 標題 \\ %{pts} = x"


def test_a_film_is_the_sum_of_its_clips(farm: JoinFarm) -> None:
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


def test_the_film_begins_with_its_index(farm: JoinFarm) -> None:
    """Faststart: a player can begin before the whole file is there."""
    data = farm.store.open(farm.joined().film).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_joining_again_makes_nothing(farm: JoinFarm) -> None:
    """A join that is run again finds everything and gives the same film."""
    film = farm.joined()
    made = len(farm.desk.made)
    assert farm.joined() == film
    assert len(farm.desk.made) == made


def test_the_trace_shapes_metadata_alone(farm: JoinFarm) -> None:
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


def test_a_users_title_is_text_and_nothing_else(farm: JoinFarm) -> None:
    """Whatever a title holds, it comes back as it was, and the picture is untouched."""
    import av

    plain = farm.joined()
    film = farm.joined(films.job(title=EVIL))
    with av.open(str(farm.store.open(film.film))) as container:
        assert container.metadata["title"] == EVIL
        assert container.metadata["comment"] == f"AI生成 / AI-generated · trace {films.TRACE.trace_id}"
    assert film.essence == plain.essence


def test_what_goes_with_a_film(farm: JoinFarm) -> None:
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


def test_a_manifest_tells_when_the_film_was_asked_for(farm: JoinFarm) -> None:
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
def test_missing_and_damaged_clips_are_caught(
    farm: JoinFarm, spoil: Callable[[Path], None], code: str
) -> None:
    """A clip that is gone, cut or changed is named before anything is joined; one more render heals it."""
    clip = farm.clip(2)
    spoil(farm.store.open(clip))
    with pytest.raises(DamageError, match=code) as caught:
        farm.join()
    assert caught.value.facts == {"kind": "clip", "key": clip.key, "digest": clip.digest}
    assert farm.desk.count(Kind.FILM) == 0
    made = farm.desk.count(Kind.CLIP)
    farm.render()
    assert farm.desk.count(Kind.CLIP) == made + 1
    assert farm.joined().frames == farm.timeline.frames


def test_a_clip_that_was_never_made_is_named(farm: JoinFarm) -> None:
    """A join that comes too early says which clip is missing."""
    clip = farm.clip(3)
    farm.desk.forget(clip)
    with pytest.raises(DamageError, match="store-artifact-missing") as caught:
        farm.join()
    assert caught.value.facts["key"] == clip.key


def _encoded(farm: JoinFarm, index: int, tmp_path: Path, *, qp: int = 20, more: int = 0) -> bytes:
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
def test_foreign_clips_are_caught(farm: JoinFarm, tmp_path: Path, qp: int, more: int) -> None:
    """A whole clip with other parameter sets or another length does not belong, and is made anew."""
    clip = farm.replace_clip(1, _encoded(farm, 1, tmp_path, qp=qp, more=more))
    with pytest.raises(DamageError, match="media-clip-foreign") as caught:
        farm.join()
    assert caught.value.facts == {"kind": "clip", "key": clip.key, "digest": clip.digest}
    farm.render()
    assert farm.joined().frames == farm.timeline.frames


def test_a_file_that_is_no_film_is_caught(farm: JoinFarm) -> None:
    """Bytes that the desk takes for a clip and that are none are found out."""
    clip = farm.replace_clip(1, b"no film at all")
    with pytest.raises(DamageError, match="store-artifact-damaged") as caught:
        farm.join()
    assert caught.value.facts["key"] == clip.key


def test_a_clip_that_players_cannot_read_is_caught(farm: JoinFarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if its tables can be read: it is made anew, not tried for ever."""

    def unreadable(_media: Media, _path: Path) -> Probe:
        raise TransientError("media-unreadable", reason="InvalidDataError")

    monkeypatch.setattr(Media, "probe", unreadable)
    clips = [farm.clip(index) for index in range(len(farm.timeline.utterances))]
    with pytest.raises(DamageError, match="store-artifact-damaged") as caught:
        farm.join()
    struck = {clip.key for clip in clips if farm.desk.find(Kind.CLIP, clip.key) is None}
    assert struck == {caught.value.facts["key"]}


def test_every_damage_is_struck_out_at_once(farm: JoinFarm) -> None:
    """However many clips are damaged, one more render makes them all."""
    for index in (1, 3):
        farm.store.open(farm.clip(index)).unlink()
    with pytest.raises(DamageError):
        farm.join()
    made = farm.desk.count(Kind.CLIP)
    farm.render()
    assert farm.desk.count(Kind.CLIP) == made + 2
    farm.joined()


def test_a_damaged_sound_is_made_again(farm: JoinFarm) -> None:
    """So is a sound track that is not what it was."""
    farm.joined()
    sound = next(artifact for artifact in farm.desk.made if artifact.kind is Kind.AUDIO)
    path = farm.store.open(sound)
    path.write_bytes(_other_byte(path.read_bytes()))
    farm.joined(films.job(title="Another"))
    assert farm.desk.count(Kind.AUDIO) == 2


def test_a_sound_that_another_makes_is_waited_for(farm: JoinFarm) -> None:
    """While another worker makes the sound of a twin, the answer is: come back."""
    farm.joined()
    sound = next(artifact for artifact in farm.desk.made if artifact.kind is Kind.AUDIO)
    farm.desk.forget(sound)
    farm.desk.held.add(sound.key)
    assert farm.join(films.job(title="Another")) is None
    farm.desk.held.clear()
    assert farm.join(films.job(title="Another")) is not None


def test_losing_the_work_ends_the_join(farm: JoinFarm, monkeypatch: pytest.MonkeyPatch) -> None:
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
    farm = JoinFarm(store=store, timeline=timeline, desk=CountingDesk())
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


def test_an_edit_makes_one_clip_and_one_sound(farm: JoinFarm) -> None:
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


def test_the_essence_is_made_of_packets(farm: JoinFarm, tmp_path: Path) -> None:
    """The essence digest is of streams alone: rewritten by FFmpeg with other metadata it stays."""
    film = farm.joined()
    copy = tmp_path / "copy.mp4"
    arguments = ["-i", str(farm.store.open(film.film)), "-c", "copy", "-metadata", "title=x", str(copy)]
    films.media().run([*arguments[:-1], "-video_track_timescale", "48000", arguments[-1]])
    assert hashlib.sha256(copy.read_bytes()).hexdigest() != film.film.digest
    assert films.media().probe(copy).essence == film.essence
