"""What a finished film is: exact in length and loudness, playable anywhere, with true words beside it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media.packets import decode
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.steps.speak import utterance_audio
from tests.films.cinema import Film
from tests.support.sound import decoded_sound, loudness_and_peak

_FILMS = ("english", "mandarin", "long_film")
_SRT = re.compile(r"\d+\n(\d\d):(\d\d):(\d\d),(\d{3}) --> (\d\d):(\d\d):(\d\d),(\d{3})\n(.+)", re.DOTALL)
_VTT = re.compile(r"(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})\n(.+)", re.DOTALL)


@pytest.fixture(scope="module", params=_FILMS)
def film(request: pytest.FixtureRequest) -> Film:
    """Every film in turn: a photograph in English, a drawing in Mandarin, one of more than 90 seconds."""
    made: Film = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="module")
def told(film: Film) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """The film's manifest."""
    return json.loads(film.store.verify(film.made.manifest).read_text("utf-8"))


def test_a_film_has_the_frames_of_its_clips(film: Film) -> None:
    """Decoded and counted: exactly the sum of the clips, which is what the timeline says."""
    shown = sum(1 for _ in decode(film.path))
    clips = sum(sum(1 for _ in decode(film.store.open(clip))) for clip in film.clips)
    assert shown == clips == film.timeline.frames == film.made.frames


def test_a_film_is_as_loud_as_it_should_be(film: Film) -> None:
    """On the decoded AAC: within 0.5 LU of -16 LUFS, and no true peak above -1.5 dBTP."""
    assert film.timeline.frames >= 3 * film.timeline.fps
    loudness, peak = loudness_and_peak(film.path)
    assert loudness == pytest.approx(-16.0, abs=0.5)
    assert peak <= -1.5


def test_a_film_plays_anywhere(film: Film) -> None:
    """H.264 High in 4:2:0, tagged as BT.709 of limited range; AAC-LC, 48 kHz, stereo; captions."""
    with av.open(str(film.path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio", "subtitle"]
        video, audio = container.streams.video[0], container.streams.audio[0]
        picture, sound = video.codec_context, audio.codec_context
        assert (picture.name, picture.profile, picture.pix_fmt) == ("h264", "High", "yuv420p")
        assert (picture.width, picture.height) == (film.job.format.width, film.job.format.height)
        tags = (picture.color_primaries, picture.color_trc, picture.colorspace, picture.color_range)
        assert tuple(map(int, tags)) == (1, 1, 1, 1)
        assert video.average_rate == film.job.format.fps
        assert (sound.name, sound.profile, sound.rate, sound.layout.name) == ("aac", "LC", 48_000, "stereo")


def test_a_film_plays_while_it_loads(film: Film) -> None:
    """Faststart: the index lies before the frames."""
    names = []
    data, at = film.path.read_bytes(), 0
    while at < len(data):
        names.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    assert names.index(b"moov") < names.index(b"mdat")


def test_a_film_tells_its_trace_and_title(film: Film, told: Any) -> None:  # noqa: ANN401 - see above
    """In its metadata and in its manifest."""
    with av.open(str(film.path)) as container:
        assert container.metadata["title"] == film.job.title
        assert container.metadata["comment"] == f"AI生成 / AI-generated · trace {film.trace}"
    assert told["trace"] == film.trace
    assert told["title"] == film.job.title


def _cues(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int, str]]:
    found = []
    for block in text.strip().split("\n\n"):
        match = pattern.fullmatch(block)
        assert match is not None, block
        *clock, words = match.groups()
        hours, minutes, seconds, ms, *until = map(int, clock)
        start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
        hours, minutes, seconds, ms = until
        found.append((start, ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms, words))
    return found


def test_captions_stand_where_they_are_spoken(film: Film) -> None:
    """SubRip and WebVTT say the same: every sentence, within its utterance, while it is heard."""
    subrip = _cues(film.store.verify(film.made.srt).read_text("utf-8"), _SRT)
    head, _, body = film.store.verify(film.made.vtt).read_text("utf-8").partition("\n\n")
    assert head == "WEBVTT"
    assert [cue[:2] for cue in _cues(body, _VTT)] == [cue[:2] for cue in subrip]
    left = list(subrip)
    start = 0
    for utterance in film.timeline.utterances:
        end = start + utterance.frames * samples_per_frame(film.timeline.fps)
        own = [cue for cue in left if cue[0] < end * 1000 / SAMPLE_RATE]
        left = left[len(own) :]
        assert _letters("".join(cue[2] for cue in own)) == _letters(utterance.shown)
        if utterance.spoken:
            speech = start + utterance.lead
            assert start * 1000 // SAMPLE_RATE <= own[0][0] <= speech * 1000 // SAMPLE_RATE + 1
            assert (speech + utterance.samples) * 1000 // SAMPLE_RATE <= own[-1][1] + 1
            assert own[-1][1] <= end * 1000 // SAMPLE_RATE + 1
        start = end
    assert not left


def _letters(text: str) -> str:
    return "".join(text.split())


def test_the_poster_is_a_picture_of_the_film(film: Film) -> None:
    """A JPEG of the film's size that shows its face at rest."""
    path = film.store.verify(film.made.poster)
    assert path.read_bytes()[:3] == b"\xff\xd8\xff"
    poster = cv2.imread(str(path))
    assert poster is not None
    assert poster.shape == (film.job.format.height, film.job.format.width, 3)
    first = next(decode(film.path))
    assert np.abs(poster.astype(int) - first).mean() < 8


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_manifest_is_true(film: Film, told: Any) -> None:  # noqa: ANN401 - see above
    """Every digest and size in it is that of the file, every number that of the film."""
    made, store = film.made, film.store
    files = {
        "film": made.film,
        "poster": made.poster,
        "srt": made.srt,
        "vtt": made.vtt,
        "script": film.job.script,
        "portrait": film.job.portrait,
    }
    said = {**told, **told["captions"], **told["inputs"]}
    for name, artifact in files.items():
        path = store.open(artifact)
        assert (said[name]["digest"], said[name]["size"]) == (_sha256(path), path.stat().st_size), name
    (sound,) = store.root.glob(f"**/*{told['sound']['digest'][:12]}*.m4a")
    assert _sha256(sound) == told["sound"]["digest"]
    for entry, clip, utterance in zip(told["utterances"], film.clips, film.timeline.utterances, strict=True):
        assert entry["clip"] == {"key": clip.key, "digest": _sha256(store.open(clip))}
        assert entry["text"] == utterance.shown
    assert told["essence"] == made.essence
    assert told["frames"] == film.timeline.frames
    assert told["utterances"][-1]["end_ms"] == told["duration_ms"] == film.timeline.frames * 1000 // 25
    assert told["profile"]["engine"] == "warp"
    assert told["inputs"]["voice"]["engine"] == "espeak"
    assert told["inputs"]["voice"]["version"] == film.timeline.voice_version != ""
    assert told["submitted"] == "2026-11-21T01:00:00.000Z"


def _expected(film: Film) -> NDArray[np.float64]:
    """The exact sound of every utterance, one after the other, before it is brought to its loudness."""
    parts = [utterance_audio(film.store, each, film.timeline.fps) for each in film.timeline.utterances]
    return np.concatenate(parts) / 32768


def _borders(film: Film) -> list[int]:
    lengths = [each.frames * samples_per_frame(film.timeline.fps) for each in film.timeline.utterances]
    return [int(end) for end in np.cumsum(lengths)]


def test_sound_and_picture_are_one_to_the_end(film: Film) -> None:
    """The decoded sound is as long as the picture, and in its place to the sample, at both ends."""
    heard, meant = decoded_sound(film.path), _expected(film)
    frame = samples_per_frame(film.timeline.fps)
    assert heard.shape == (2, film.timeline.frames * frame)
    assert np.array_equal(heard[0], heard[1])
    for utterance, end in (
        [pair for pair in zip(film.timeline.utterances, _borders(film), strict=True) if pair[0].spoken][i]
        for i in (0, -1)
    ):
        start = end - utterance.frames * frame
        assert _late_by(heard[0][start:end], meant[start:end]) == 0


def _late_by(heard: NDArray[np.float64], meant: NDArray[np.float64]) -> int:
    """By how many samples one sound is later than another that it is like."""
    length = 2 * len(heard)
    alike = np.fft.irfft(np.fft.rfft(heard, length) * np.conj(np.fft.rfft(meant, length)), length)
    best = int(np.argmax(alike))
    return best if best < len(heard) else best - length
