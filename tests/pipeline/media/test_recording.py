"""Recordings that anybody may have made: read as they are, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.envelope import Envelope, offset_ms
from pipeline.plan.errors import InputError, SupersededError
from tests.support import films
from tests.support.recordings import converted, talk, written

_LOSSY = {
    "talk.mp3": ("-b:a", "128k"),
    "talk.m4a": ("-b:a", "128k"),
    "talk.aac": ("-b:a", "128k"),
    "talk.opus": ("-b:a", "96k"),
    "talk.webm": ("-b:a", "96k"),
    "talk.avi": ("-c:a", "pcm_s16le"),
}


def _decoded(source: Path, folder: Path, seconds: int = 60) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return films.media().decode_recording(source, folder / f"{source.name}.raw", seconds=seconds)


def test_samples_come_out_as_they_were_recorded(tmp_path: Path) -> None:
    """Every one of them, from WAV and from FLAC; of several channels their mean."""
    sound = talk(ms=3_000, talks=((300, 2_500),))
    plain = written(tmp_path / "a talk, ünï'code.wav", sound)
    assert np.array_equal(_decoded(plain, tmp_path), sound)
    assert np.array_equal(_decoded(converted(plain, tmp_path / "talk.flac"), tmp_path), sound)
    two = written(tmp_path / "two.wav", np.stack([sound, sound // 3], axis=1))
    mean = (sound.astype(float) + sound // 3) / 2
    assert np.abs(_decoded(two, tmp_path) - mean).max() <= 1


@pytest.mark.parametrize("name", _LOSSY)
def test_every_usual_format_is_read_at_its_time(tmp_path: Path, name: str) -> None:
    """The same sound, to the hundredth of a second, by its content: the name of the file plays no part."""
    sound = talk(ms=3_000, talks=((300, 1_100), (1_500, 2_500)))
    coded = converted(written(tmp_path / "talk.wav", sound), tmp_path / name, *_LOSSY[name])
    found = _decoded(coded.rename(tmp_path / "recording"), tmp_path)
    made, heard = Envelope(), Envelope()
    made.feed((sound / 32_768).astype(np.float32))
    # A coder's last packet may hold less than the sound's last hundredth.
    heard.feed(np.append(found / 32_768, np.zeros(SAMPLE_RATE)).astype(np.float32))
    assert offset_ms(made.steps(), heard.steps()) in {0, 10, 20}
    assert abs(len(found) - len(sound)) < SAMPLE_RATE // 10


def test_another_rate_is_resampled_without_delay(tmp_path: Path) -> None:
    """16 kHz from a phone lasts as long as it did, and its edges lie where they were."""
    sound = np.zeros(16_000, np.int16)
    sound[4_000:12_000] = (9_000 * np.sin(np.arange(8_000) * 0.3)).astype(np.int16)
    found = _decoded(written(tmp_path / "phone.wav", sound, rate=16_000), tmp_path)
    assert abs(len(found) - SAMPLE_RATE) <= 2
    loud = np.flatnonzero(np.abs(found.astype(int)) > 1_000)
    assert abs(loud[0] - 12_000) < 48
    assert abs(loud[-1] - 36_000) < 48


def test_only_so_much_is_read(tmp_path: Path) -> None:
    """A little more than the limit, by which it is known to be longer."""
    found = _decoded(written(tmp_path / "long.wav", talk(ms=5_000, talks=())), tmp_path, seconds=2)
    assert 2 * SAMPLE_RATE < len(found) <= 3 * SAMPLE_RATE


def test_what_is_no_recording_is_refused_with_the_reason(tmp_path: Path) -> None:
    """A text, nothing, a list of other files, half a file, a film without sound: each has its code."""
    whole = converted(written(tmp_path / "talk.wav", talk()), tmp_path / "talk.m4a")
    half = tmp_path / "half.m4a"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (tmp_path / "text.wav").write_text("no sound at all")
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:10,\n{whole}\n")
    mute = tmp_path / "mute.mp4"
    options = ("-f", "lavfi", "-i", "color=size=32x32:rate=5", "-t", "1", "-map", "1:v")
    converted(tmp_path / "talk.wav", mute, *options)
    refused = {
        "text.wav": "recording-kind",
        "empty.mp3": "recording-kind",
        "list.m3u8": "recording-kind",
        "half.m4a": "recording-unreadable",
        "gone.wav": "recording-unreadable",
        "mute.mp4": "recording-no-audio",
    }
    for name, code in refused.items():
        with pytest.raises(InputError) as caught:
            _decoded(tmp_path / name, tmp_path)
        assert caught.value.code == code, name
        assert str(tmp_path) not in str(caught.value)


def test_reading_stops_when_the_work_is_no_longer_ours(tmp_path: Path) -> None:
    """What a check raises comes out, and FFmpeg is gone."""

    def check() -> None:
        raise SupersededError("farm-superseded")

    source = written(tmp_path / "talk.wav", talk())
    with pytest.raises(SupersededError):
        films.media().decode_recording(source, tmp_path / "raw", seconds=60, check=check)
