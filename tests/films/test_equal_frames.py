"""A clip depends on its own utterance alone: however the work is cut and shared, the same files come out."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from db import claims, commits, migrate, submission
from db.desk import LedgerDesk
from db.engine import connect
from db.ledger import Ledger
from db.states import Urgency
from db.values import Chunk, JobDraft, Submission
from pipeline.durable import digest_of
from pipeline.engines.face import Drive
from pipeline.engines.face.warp import engine
from pipeline.engines.face.warp.engine import WarpSitter
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.life import head_tracks
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.rig import Rig
from pipeline.engines.face.warp.tracks import MouthTracks, at_frames, mouth_tracks, sounds
from pipeline.media.packets import decode
from pipeline.plan import chunks, trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import JobSpec
from pipeline.plan.speech import Phoneme
from pipeline.plan.timeline import Timeline
from pipeline.steps.clips import ClipPlanner
from tasks.desk import PatientDesk
from tests.films.cinema import Cinema, Film, beginning

_REPOSITORY = Path(__file__).resolve().parents[2]
_PARAGRAPHS = 3

# Films are made in processes of their own, which a busy machine may keep waiting.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def script() -> str:
    """The beginning of the long film's script: more than 30 seconds, and a last paragraph of its own."""
    return beginning(_PARAGRAPHS)


def _environment(change: Mapping[str, str], threads: int) -> dict[str, str]:
    libraries = {f"{name}_NUM_THREADS": str(threads) for name in ("OPENBLAS", "OMP", "MKL")}
    return {**os.environ, "PYTHONPATH": str(_REPOSITORY), **libraries, **change}


def _made(folder: Path, script: str, change: Mapping[str, str], *, threads: int, **options: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """What a process of its own makes, in a folder of its own."""
    folder.mkdir()
    file = folder / "talk.txt"
    file.write_text(script, "utf-8")
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not True]
    words += [f"--{name}" for name, value in options.items() if value is True]
    command = [sys.executable, "-m", "tests.films.make", str(folder / "home"), str(file), *words]
    done = subprocess.run(
        [*command, f"--threads={threads}"],
        env=_environment(change, threads),
        cwd=folder,
        capture_output=True,
        check=True,
        timeout=140,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _common(film: Film, clips: Sequence[str]) -> list[str]:
    """The long film's clips of the same sentences: all but the tail, where it goes on."""
    return film.digests[: len(clips) - 1]


_SAY_HALF = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.str(0.5))"


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """The environment of another country: German, with a decimal comma, where the system can make that."""
    folder = tmp_path / "locales"
    folder.mkdir()
    program = shutil.which("localedef")
    if program is None:
        return {"LC_ALL": "C.UTF-8"}
    made = folder / "de_DE.UTF-8"
    command = [program, "--inputfile=de_DE", "--charmap=UTF-8", str(made)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return {"LC_ALL": "C.UTF-8"}
    german = {"LC_ALL": made.name, "LOCPATH": str(folder)}
    told = subprocess.check_output([sys.executable, "-c", _SAY_HALF], env={**os.environ, **german})
    assert told == b"0,5\n"
    return german


def test_frames_are_equal_however_the_work_is_cut(
    tmp_path: Path, script: str, long_film: Film, elsewhere: dict[str, str]
) -> None:
    """Chunks of 5, 30, 1,000 s; cold and half-filled cache; 1 and 4 threads; folder, locale, hash seed.

    The locales are C and German, whose decimal comma every program that is started may follow; on a system
    without sources of locales the second one is C.UTF-8, which writes numbers as C does.
    """
    cut = _made(tmp_path / "plain", script, {"LC_ALL": "C", "PYTHONHASHSEED": "1"}, threads=1, limit_s=5)
    other = {**elsewhere, "PYTHONHASHSEED": "2", "TZ": "Asia/Shanghai"}
    half = _made(tmp_path / "ein Ordner, größer 中", script, other, threads=4, limit_s=30, half=True)
    assert cut == half
    assert len(cut["clips"]) > 8
    assert cut["clips"][:-1] == _common(long_film, cut["clips"])


def _submitted(ledger: Ledger, cinema: Cinema, script: str) -> tuple[JobSpec, Timeline]:
    """A job in the ledger that is spoken, and cut into chunks of five seconds."""
    job = cinema.order(script)
    draft = JobDraft(spec=job, urgency=Urgency.NORMAL, traceparent=trace.new(os.urandom(24)).traceparent)
    submission.submit(ledger, Submission(content=os.urandom(32).hex(), name="batch", user="test"), [draft])
    claim = claims.claim(ledger, 1, worker="first", capabilities=["speak"])
    assert claim is not None
    desk = LedgerDesk(ledger=ledger, claim=claim)
    spoken, timeline = cinema.speak(job, PatientDesk(desk, lambda: None, lambda: None))
    parts = [
        Chunk(
            first=part.start,
            end=part.stop,
            frames=sum(timeline.utterances[index].frames for index in part),
        )
        for part in chunks.cut(timeline, limit_s=5)
    ]
    commits.finish_speak(
        ledger,
        claim,
        timeline=spoken,
        chunks=parts,
        profile=cinema.profile(),
        used=tuple(desk.used.values()),
        machine_ms=0,
    )
    return job, timeline


def _rendered_by_two(home: Path) -> None:
    """Two processes render what the ledger holds, beginning at the same moment."""
    crew = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.films.work", str(home), name],
            env=_environment({}, 1),
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    try:
        for worker in crew:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in crew:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        assert [worker.wait(140) for worker in crew] == [0, 0]
    finally:
        for worker in crew:
            worker.kill()
            worker.communicate()


def test_frames_are_equal_when_two_workers_share_them(
    tmp_path: Path, script: str, cinema: Cinema, long_film: Film
) -> None:
    """Two processes over one ledger and store make each clip once, and the same ones as a process alone."""
    with Cinema(tmp_path, cinema.workshop) as shared:
        database = connect(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
        migrate.upgrade(database)
        ledger = Ledger(database)
        job, timeline = _submitted(ledger, shared, script)
        _rendered_by_two(tmp_path)
        with ledger.read() as connection:
            workers = connection.exec_driver_sql("SELECT DISTINCT worker FROM attempts").scalars().all()
            rows = connection.exec_driver_sql(
                "SELECT key, digest, size, suffix FROM artifacts WHERE kind = 'clip'"
            ).all()
            made = connection.exec_driver_sql("SELECT count(*) FROM makings WHERE kind = 'clip'").scalar()
        ledger.close()
        clips = [
            Artifact(kind=Kind.CLIP, key=key, digest=digest, size=size, suffix=suffix)
            for key, digest, size, suffix in rows
        ]
        film = shared.join(job, timeline, clips)
    assert set(workers) == {"first", "one", "two"}
    assert made == len(clips) == len(set(film.digests))
    assert film.digests[:-1] == _common(long_film, film.digests)


def test_utterances_as_one_audio_give_the_bytes_of_their_clips(
    cinema: Cinema, long_film: Film, tmp_path: Path
) -> None:
    """The mouth's curves through three sentences as one audio, drawn and encoded, are the very files of each.

    Head and lids follow a seed that is made from the utterance, which one audio would not have: each keeps
    its own. No door of the engine takes several utterances, so its own parts draw them here; the label
    is gone by then.
    """
    seat, timeline, media = cinema.seat(long_film.job), long_film.timeline, cinema.workshop.media
    planner = ClipPlanner(
        job=long_film.job, timeline=timeline, store=cinema.store, profile=cinema.profile(), pixels=seat.pixels
    )
    drives = [planner.drive(planner.plan(index)) for index in (2, 3, 4)]
    mouth = _mouth_of_one_audio(drives)
    assert isinstance(seat.sitter, WarpSitter)
    done = 0
    for drive, clip in zip(drives, long_film.clips[2:5], strict=True):
        media.encode_clip(
            _drawn(seat.sitter._rig, drive, mouth, done),
            tmp_path / "clip.mp4",
            picture=long_film.job.format,
            total=drive.frames,
            parameters=cinema.profile().parameters,
        )
        assert digest_of(tmp_path / "clip.mp4") == clip.digest, done
        done += drive.frames
    assert done > 180


def _drawn(rig: Rig, drive: Drive, mouth: MouthTracks, done: int) -> Iterator[NDArray[np.uint8]]:
    """An utterance's frames, its mouth taken from longer curves, so many frames after their beginning."""
    said = sounds(drive.phonemes, len(drive.audio))
    head = head_tracks(said, drive.frames, drive.fps, drive.seed, drive.bearing.motion)
    frame = rig.blank()
    for spoken, posed in zip(islice(engine._values(mouth), done, None), engine._values(head), strict=False):
        rig.draw(frame, Mouth(**spoken), HeadPose(**posed))
        yield frame


def _mouth_of_one_audio(drives: Sequence[Drive]) -> MouthTracks:
    """Curves of the mouth through all utterances, as if they were one."""
    phonemes: list[Phoneme] = []
    samples = 0
    for drive in drives:
        phonemes += [
            replace(each, start=each.start + samples, end=each.end + samples) for each in drive.phonemes
        ]
        samples += len(drive.audio)
    frames = sum(drive.frames for drive in drives)
    return at_frames(mouth_tracks(sounds(phonemes, samples), samples), frames, drives[0].fps)


def test_frames_at_a_border_are_those_of_the_clips(long_film: Film) -> None:
    """The film shows its clips' frames one after the other, none lost, doubled or changed at a border."""
    frames = (hashlib.sha256(frame).digest() for frame in decode(long_film.path))
    for clip in long_film.clips:
        for frame in decode(long_film.store.open(clip)):
            assert next(frames) == hashlib.sha256(frame).digest()
    assert next(frames, None) is None
