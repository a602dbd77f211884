"""One channel of AAC becomes two equal ones, exactly."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media import stereo, track
from pipeline.plan import graphs
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError, TransientError
from tests.support import films

SCALE = np.float32(1 / (1 << 15))
_SHORT_WINDOWS = 2


def _clicks() -> NDArray[np.float32]:
    """Attacks out of silence, for which the encoder takes short windows, grouped in many ways."""
    sound = np.zeros(2 * SAMPLE_RATE, np.float32)
    random = np.random.default_rng(1)
    for start in random.integers(0, len(sound) - 900, 30):
        sound[start : start + 900] += random.normal(0, 0.3, 900) * np.exp(-np.arange(900) / 90)
    return np.clip(sound, -1, 1)


SOUNDS: dict[str, NDArray[np.float32]] = {
    "voice": films.hum(1, 3.0) * SCALE,
    "silence": np.zeros(SAMPLE_RATE, np.float32),
    "clicks": _clicks(),
    "loud noise": np.random.default_rng(2).uniform(-1, 1, SAMPLE_RATE).astype(np.float32),
    "one sample": np.full(1, 0.5, np.float32),
}


def _mono(path: Path, sound: NDArray[np.float32]) -> Path:
    films.media().run(graphs.sound(path), feed=[sound.astype("<f4").data])
    return path


def _decoded(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def _packets(path: Path) -> list[bytes]:
    found, data = track.read(path), path.read_bytes()
    ends = found.begin + np.cumsum(found.sizes)
    return [data[end - size : end] for end, size in zip(ends, found.sizes, strict=True)]


@pytest.mark.parametrize("name", SOUNDS)
def test_each_channel_is_what_the_one_was(tmp_path: Path, name: str) -> None:
    """Sample for sample, as a decoder gives them; length and hidden beginning stay too."""
    mono = _mono(tmp_path / "mono", SOUNDS[name])
    stereo.two_equal_channels(mono, tmp_path / "pair", check=lambda: None)
    one, two = _decoded(mono), _decoded(tmp_path / "pair")
    assert two.shape == (2, one.shape[1])
    assert np.array_equal(two, np.repeat(one, 2, axis=0))
    before, after = track.read(mono), track.read(tmp_path / "pair")
    assert (after.times, after.hidden, after.timescale) == (before.times, before.hidden, before.timescale)
    sound = films.media().probe(tmp_path / "pair").sound
    assert sound is not None
    assert (sound.codec, sound.profile, sound.channels) == ("aac", "LC", 2)
    assert sound.samples == len(SOUNDS[name])


def test_attacks_are_coded_in_short_windows(tmp_path: Path) -> None:
    """So that the comparison above looks at both kinds of packets."""
    packets = _packets(_mono(tmp_path / "mono", SOUNDS["clicks"]))
    # Behind three bits of element, four of its name, eight of gain and a spare one.
    kinds = {packet[2] >> 5 & 3 for packet in packets}
    assert {0, _SHORT_WINDOWS} <= kinds


def test_a_pair_is_hardly_larger(tmp_path: Path) -> None:
    """A second channel without content takes at most eight bytes a packet."""
    for packet in _packets(_mono(tmp_path / "mono", SOUNDS["voice"])):
        assert len(stereo.paired(packet)) <= len(packet) + 8


@pytest.mark.parametrize("packet", [b"", b"\x0e", bytes(8), b"\xff" * 8, b"\x01\x18\x30\x00"])
def test_what_is_no_single_channel_is_refused(packet: bytes) -> None:
    """Nothing, an end alone, zeros, another element, no end: none is taken for a channel."""
    with pytest.raises(ValueError, match=str(len(packet))):
        stereo.paired(packet)


def test_a_pair_is_not_paired_again(tmp_path: Path) -> None:
    """A file with two channels is refused, and so is one that was cut short."""
    mono = _mono(tmp_path / "mono", SOUNDS["voice"])
    stereo.two_equal_channels(mono, tmp_path / "pair", check=lambda: None)
    with pytest.raises(ValueError, match="mp4a"):
        stereo.two_equal_channels(tmp_path / "pair", tmp_path / "again", check=lambda: None)
    mono.write_bytes(mono.read_bytes()[:-100])
    with pytest.raises(ValueError, match="moov"):
        stereo.two_equal_channels(mono, tmp_path / "again", check=lambda: None)


def test_a_sound_of_another_length_is_told(tmp_path: Path) -> None:
    """What was fed is counted in what was written, and nothing is left beside it."""
    with pytest.raises(TransientError, match="media-sound-wrong"):
        films.media().encode_sound([SOUNDS["voice"]], tmp_path / "sound", samples=1000)
    assert [path.name for path in tmp_path.iterdir()] == ["sound"]


def test_nothing_is_left_beside_when_it_ends_early(tmp_path: Path) -> None:
    """Whatever a check raises, the file of one channel is gone."""

    def blocks() -> list[NDArray[np.float32]]:
        return [SOUNDS["voice"]] * 3

    calls = iter(range(3))

    def check() -> None:
        if next(calls, None) is None:
            raise InputError("media-ffmpeg-missing", place="")

    with pytest.raises(InputError):
        films.media().encode_sound(blocks(), tmp_path / "sound", samples=1, check=check)
    assert list(tmp_path.iterdir()) == []
