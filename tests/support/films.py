"""Small films for tests: a sitter that draws, speech that hums, and a desk that counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.media import Limits, Media, find_ffmpeg
from pipeline.media.picture import to_yuv
from pipeline.plan import graphs
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.job import Format, JobSpec, RenderProfile, VoiceChoice
from pipeline.plan.loudness import Loudness
from pipeline.plan.script import Pause, Sentence
from pipeline.plan.speech import Phoneme, Speech
from pipeline.plan.timeline import Take, Timeline, lay
from pipeline.plan.trace import Trace
from pipeline.plan.wave import to_wave
from pipeline.steps.memory import MemoryDesk
from pipeline.store import Store

SMALL = Format(width=96, height=64, fps=25)
PIXELS = hashlib.sha256(b"portrait").hexdigest()
TRACE = Trace(trace_id="4bf92f3577b34da6a3ce929d0e0e4736", span_id="00f067aa0ba902b7")
LOUDNESS = Loudness.of(lufs=-16.0, dbtp=-1.5)
PRODUCER = "Example-Films:1"


class SketchSitter:
    """Draws a shaded board with a bar that opens with the sound; the same drive gives the same frames."""

    def __init__(self, picture: Format) -> None:
        self._picture = picture
        down, across = np.mgrid[: picture.height, : picture.width]
        board = np.stack([across * 2, down * 2, 128 + (across - down) // 2], axis=-1)
        self._board = np.clip(board, 0, 255).astype(np.uint8)
        self.drawn = 0

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """One frame after the other, raw yuv420p."""
        frame = self._board.copy()
        step = len(drive.audio) // drive.frames
        middle = self._picture.height // 2
        for index in range(drive.frames):
            heard = np.abs(drive.audio[index * step : (index + 1) * step].astype(np.int64)).max()
            frame[:] = self._board
            reach = 1 + int(heard) * (middle - 2) // (1 << 15)
            frame[middle - reach : middle + reach, 20:60] = (drive.seed % 200, 40, 200)
            frame[4:8, index % self._picture.width] = 255
            self.drawn += 1
            yield to_yuv(frame)


class CountingDesk(MemoryDesk):
    """A desk that keeps what was made, and refuses keys that another worker is said to hold."""

    def __init__(self, *, index: Path | None = None) -> None:
        super().__init__(index=index)
        self.made: list[Artifact] = []
        self.held: set[str] = set()

    def take(self, kind: Kind, key: str) -> bool:
        """False for keys in `held`."""
        return key not in self.held and super().take(kind, key)

    def put(self, artifact: Artifact, machine_ms: int, *, then: str | None = None) -> bool:
        """Accept and remember in order."""
        self.made.append(artifact)
        return super().put(artifact, machine_ms, then=then)

    def count(self, kind: Kind) -> int:
        """How many artifacts of a kind were made."""
        return sum(artifact.kind is kind for artifact in self.made)


@cache
def media() -> Media:
    """The real FFmpeg, with ordinary limits."""
    return Media(find_ffmpeg(), limits=Limits(seconds=60, memory_bytes=4_000_000_000))


def profile(door: Media) -> RenderProfile:
    """The profile of `SketchSitter` on this machine."""
    return RenderProfile(
        engine="sketch",
        version="1",
        backend="numpy",
        precision="uint8",
        encoder=f"libx264 ffmpeg-{door.version}",
        parameters=graphs.video_parameters(qp=20, preset="veryfast"),
    )


def job(picture: Format = SMALL, *, title: str = "A film", row: str = "1") -> JobSpec:
    """A job whose inputs are named, not read."""
    source = Artifact(kind=Kind.SOURCE, key="0" * 64, digest="0" * 64, size=1, suffix=".txt")
    return JobSpec(
        row=row,
        title=title,
        user="anna",
        scene=row,
        script=source,
        portrait=source,
        voice=VoiceChoice(engine="hum", name="hum", language="en"),
        face="sketch",
        format=picture,
    )


def hum(seed: int, seconds: float) -> NDArray[np.int16]:
    """Something like a voice: harmonics of a gliding tone, in syllables; another one for each seed."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 110 + 7 * (seed % 20) + 15 * np.sin(2 * np.pi * 0.7 * time + seed)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    voice = sum(np.sin(number * phase) / number for number in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 2.5 * time), 0, None)
    return np.asarray(voice * syllables * 4000, np.int16)


def spoken(store: Store, text: str, samples: NDArray[np.int16]) -> Take:
    """A sentence with its speech in the store."""
    phonemes = (Phoneme(symbol="a", start=0, end=len(samples)),)
    speech = Speech(rate=SAMPLE_RATE, samples=samples, phonemes=phonemes, words=())
    data = to_wave(speech)

    def write(path: Path) -> None:
        path.write_bytes(data)

    artifact = store.put(Kind.SPEECH, hashlib.sha256(data).hexdigest(), ".wav", write)
    sentence = Sentence(shown=text, spoken=text, language="en")
    return Take(sentence=sentence, speech=artifact, samples=len(samples), phonemes=phonemes, words=())


def timeline(store: Store, seconds: Sequence[float], *, fps: int = 25) -> Timeline:
    """A film with a head, one sentence of each length, and a tail."""
    takes = [spoken(store, f"Sentence {index}.", hum(index, length)) for index, length in enumerate(seconds)]
    return lay([Pause(ms=400), *takes, Pause(ms=600)], fps=fps)
