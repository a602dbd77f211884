"""A film of a recording is that recording: as one, however it is cut into pieces and the work into chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.warp.tracks import MouthTracks, at_frames, mouth_tracks, sounds
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.engines.voice.aligned import Aligner
from pipeline.media.packets import decode
from pipeline.plan import chunks
from pipeline.plan.artifact import Kind
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.plan.speech import Phoneme
from pipeline.plan.timeline import Timeline
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.listen import listen
from pipeline.steps.speak import load_timeline
from tests.films.cinema import Cinema, Film
from tests.support.recital import KnowingEar, Recital, recite
from tests.support.recordings import written
from tests.support.sound import decoded_sound

_TINY = Format(width=96, height=96, fps=25)
_EXACT = Lipsync(mode=Mode.EXACT)
_SENTENCES = (
    "Please move the five big boxes above the open window.",
    "Most people remember a happy voice.",
    "But few remember every word, and wait for Bob.",
    "Have you found the button on your left, below the four small lamps?",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Recorded:
    """A recording, the job of a film of it, and the timeline with the words that are known and without."""

    recital: Recital
    job: JobSpec
    told: Timeline
    mute: Timeline


@pytest.fixture(scope="module")
def recorded(cinema: Cinema, tmp_path_factory: pytest.TempPathFactory) -> _Recorded:
    """Four sentences in a room that hisses."""
    return _recorded(cinema, tmp_path_factory.mktemp("recorded"), _SENTENCES, gap_ms=700)


@pytest.fixture(scope="module")
def breathless(cinema: Cinema, tmp_path_factory: pytest.TempPathFactory) -> _Recorded:
    """Somebody who never pauses, for more than fifteen seconds."""
    return _recorded(cinema, tmp_path_factory.mktemp("breathless"), _SENTENCES * 2, gap_ms=20)


def _recorded(cinema: Cinema, folder: Path, sentences: Sequence[str], *, gap_ms: int) -> _Recorded:
    voice, gap = cinema.workshop.voices.open("espeak"), gap_ms * SAMPLE_RATE // 1000
    recital = recite(voice, sentences, noise=25, gap=gap)
    source = written(folder / "talk.wav", recital.sound)
    job = replace(
        cinema.order("", picture=_TINY),
        recording=cinema.store.adopt(Kind.SOURCE, ".wav", source, limit_bytes=10_000_000),
        voice=VoiceChoice(engine="", name="", language="en"),
        options={"label": "none", "label.name": "Test", "label.reason": "A test"},
    )

    def laid(ear: KnowingEar | None) -> Timeline:
        found = listen(
            job,
            desk=cinema.desk(),
            store=cinema.store,
            media=cinema.workshop.media,
            activity=None,
            ear=ear,
            reader=Aligner(voice),
        )
        assert found is not None
        return load_timeline(cinema.store, found.timeline)

    return _Recorded(recital=recital, job=job, told=laid(KnowingEar(recital)), mute=laid(None))


def _planner(cinema: Cinema, job: JobSpec, timeline: Timeline) -> ClipPlanner:
    pixels = cinema.seat(job).pixels
    return ClipPlanner(
        job=job, timeline=timeline, store=cinema.store, profile=cinema.profile(), pixels=pixels
    )


def _drives(cinema: Cinema, job: JobSpec, timeline: Timeline) -> list[Drive]:
    planner = _planner(cinema, job, timeline)
    return [planner.drive(planner.plan(index)) for index in range(len(timeline.utterances))]


def _as_one(drives: list[Drive]) -> Drive:
    """The whole recording as one utterance."""
    phonemes: list[Phoneme] = []
    at = 0
    for drive in drives:
        phonemes += [replace(p, start=p.start + at, end=p.end + at) for p in drive.phonemes]
        at += len(drive.audio)
    audio = np.concatenate([drive.audio for drive in drives])
    frames = sum(drive.frames for drive in drives)
    return Drive(audio=audio, phonemes=tuple(phonemes), frames=frames, fps=25, seed=1)


def test_windows_of_pieces_are_those_of_the_recording(cinema: Cinema, recorded: _Recorded) -> None:
    """Bit for bit: a network that hears draws each frame as if the recording had never been cut."""
    drives = _drives(cinema, recorded.job, recorded.mute)
    assert len(drives) > 2
    assert np.array_equal(_windows(*drives), _windows(_as_one(drives)))


def test_windows_go_on_where_speech_is_cut(cinema: Cinema, breathless: _Recorded) -> None:
    """The same where nobody pauses: each piece brings what is said beside it, and would differ without."""
    drives = _drives(cinema, breathless.job, breathless.mute)
    expected = _windows(_as_one(drives))
    assert len(drives) > 1
    assert np.array_equal(_windows(*drives), expected)
    bare = [replace(drive, before=drive.before[:0], after=drive.after[:0]) for drive in drives]
    assert not np.array_equal(_windows(*bare), expected)


def test_what_is_said_beside_a_piece_is_part_of_its_clip(cinema: Cinema, breathless: _Recorded) -> None:
    """Another neighbour is another clip, though the piece itself is the same."""
    job, timeline = breathless.job, breathless.mute
    first = timeline.utterances[0]
    assert first.after
    own = tuple((begin, min(end, first.samples)) for begin, end in first.speaking if begin < first.samples)
    assert own != first.speaking
    alone = replace(timeline, utterances=(replace(first, speaking=own), *timeline.utterances[1:]))
    plans = [_planner(cinema, job, told).plan(0).key for told in (timeline, timeline, alone)]
    assert plans[0] == plans[1] != plans[2]


def _windows(*drives: Drive) -> NDArray[np.float32]:
    return np.concatenate([windows_of(drive, _EXACT).take(range(drive.frames)) for drive in drives])


def test_mouths_of_pieces_are_those_of_the_recording(cinema: Cinema, recorded: _Recorded) -> None:
    """The same curves but for two frames on each side of a border, where lips are at rest."""
    drives = _drives(cinema, recorded.job, recorded.told)
    whole, parts = _mouth(_as_one(drives)), [_mouth(drive) for drive in drives]
    at = 0
    for drive, part in zip(drives, parts, strict=True):
        for name in MouthTracks.__dataclass_fields__:
            own, expected = getattr(part, name), getattr(whole, name)[at : at + drive.frames]
            assert np.array_equal(own[2:-2], expected[2:-2]), name
            assert abs(own - expected).max() < 0.02, name
        assert part.aperture[0] == part.aperture[-1] == 0
        at += drive.frames
    assert max(part.aperture.max() for part in parts) > 0.5


def _mouth(drive: Drive) -> MouthTracks:
    said = sounds(drive.phonemes, len(drive.audio))
    return at_frames(mouth_tracks(said, len(drive.audio)), drive.frames, drive.fps)


@pytest.mark.parametrize("known", [True, False])
def test_a_face_is_quiet_where_nobody_speaks(cinema: Cinema, recorded: _Recorded, known: bool) -> None:  # noqa: FBT001 - a case
    """Of the room's hiss it hears nothing, and no phoneme lies there; speech it hears as it was recorded."""
    drives = _drives(cinema, recorded.job, recorded.told if known else recorded.mute)
    whole = _as_one(drives)
    sound = recorded.recital.sound
    for begin, end in recorded.recital.talks:
        assert np.array_equal(whole.audio[begin:end], sound[begin:end])
    quiet = np.ones(len(whole.audio), bool)
    for begin, end in recorded.recital.talks:
        quiet[begin - SAMPLE_RATE // 5 : end + SAMPLE_RATE // 5] = False
    assert quiet.sum() > SAMPLE_RATE
    assert not whole.audio[quiet].any()
    assert not any(p.symbol and quiet[p.start : p.end].any() for p in whole.phonemes)
    assert bool(whole.phonemes) == known


@pytest.fixture(scope="module")
def film(cinema: Cinema, recorded: _Recorded) -> Film:
    """The film of the recording, rendered in one chunk."""
    cinema.render(recorded.job, recorded.told, chunks.cut(recorded.told))
    return cinema.join(recorded.job, recorded.told)


def test_clips_are_equal_however_the_work_is_cut(
    cinema: Cinema, recorded: _Recorded, film: Film, tmp_path: Path
) -> None:
    """In a folder of its own, a clip at a time, the last one first: the same files."""
    with Cinema(tmp_path, cinema.workshop) as fresh:
        for utterance in recorded.told.utterances:
            speech = cinema.store.root / _path_of(cinema, utterance.speech)
            target = fresh.store.root / speech.relative_to(cinema.store.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(speech.read_bytes())
        job = replace(recorded.job, portrait=fresh.order("").portrait)
        indices = range(len(recorded.told.utterances) - 1, -1, -1)
        clips = fresh.render(job, recorded.told, [range(index, index + 1) for index in indices])
    assert [clip.digest for clip in clips][::-1] == film.digests


def _path_of(cinema: Cinema, key: str) -> str:
    found = cinema.desk().find(Kind.SPEECH, key)
    assert found is not None
    return found.path


def test_the_film_sounds_like_the_recording(recorded: _Recorded, film: Film) -> None:
    """From its first sample on, at its time, only as loud as films are; its last grid ends in silence."""
    heard = decoded_sound(film.path)[0]
    sound = recorded.recital.sound / 32_768
    frames = sum(1 for _ in decode(film.path))
    assert frames == recorded.told.frames
    assert len(heard) == frames * samples_per_frame(25)
    own = heard[: len(sound)]
    gain = float(own @ sound / (sound @ sound))
    assert np.mean((own - gain * sound) ** 2) < 0.02 * np.mean(own**2)
    late = [float(own[100 + k : -100 + k or None] @ sound[100:-100]) for k in range(-3, 4)]
    assert int(np.argmax(late)) == 3
    assert np.abs(heard[len(sound) + 2_400 :]).max(initial=0.0) < 0.01
