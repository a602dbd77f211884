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
# What is decoded before the first sample that is heard.
HIDDEN = 1024


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


def _pair(mono: Path, target: Path, samples: int) -> None:
    stereo.two_equal_channels(mono, target, samples=samples, check=lambda: None)


def _stream(path: Path) -> list[bytes]:
    """What stands behind the head of each frame of a transport stream."""
    data, packets = path.read_bytes(), []
    while data:
        length = int.from_bytes(data[3:6], "big") >> 5 & 0x1FFF
        packets.append(data[7:length])
        data = data[length:]
    return packets


def _decoded(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def _packets(path: Path) -> list[bytes]:
    found, data = track.read(path), path.read_bytes()
    ends = found.begin + np.cumsum(found.sizes)
    return [data[end - size : end] for end, size in zip(ends, found.sizes, strict=True)]


@pytest.mark.parametrize("name", SOUNDS)
def test_each_channel_is_what_the_one_was(tmp_path: Path, name: str) -> None:
    """Sample for sample, as a decoder gives them behind what it needs first; as many as there were."""
    mono, samples = _mono(tmp_path / "mono", SOUNDS[name]), len(SOUNDS[name])
    _pair(mono, tmp_path / "pair", samples)
    one, two = _decoded(mono), _decoded(tmp_path / "pair")
    assert np.array_equal(two, np.repeat(one[:, HIDDEN:], 2, axis=0))
    found = track.read(tmp_path / "pair")
    assert (found.hidden, found.ticks, found.timescale) == (HIDDEN, HIDDEN + samples, SAMPLE_RATE)
    assert _packets(tmp_path / "pair") == [stereo.paired(packet) for packet in _stream(mono)]
    sound = films.media().probe(tmp_path / "pair").sound
    assert sound is not None
    assert (sound.codec, sound.profile, sound.channels) == ("aac", "LC", 2)
    assert sound.samples == samples


def test_attacks_are_coded_in_short_windows(tmp_path: Path) -> None:
    """So that the comparison above looks at both kinds of packets."""
    packets = _stream(_mono(tmp_path / "mono", SOUNDS["clicks"]))
    # Behind three bits of element, four of its name, eight of gain and a spare one.
    kinds = {packet[2] >> 5 & 3 for packet in packets}
    assert {0, _SHORT_WINDOWS} <= kinds


def test_a_pair_is_hardly_larger(tmp_path: Path) -> None:
    """A second channel without content takes at most eight bytes a packet."""
    for packet in _stream(_mono(tmp_path / "mono", SOUNDS["voice"])):
        assert len(stereo.paired(packet)) <= len(packet) + 8


@pytest.mark.parametrize("packet", [b"", b"\x0e", bytes(8), b"\xff" * 8, b"\x01\x18\x30\x00"])
def test_what_is_no_single_channel_is_refused(packet: bytes) -> None:
    """Nothing, an end alone, zeros, another element, no end: none is taken for a channel."""
    with pytest.raises(ValueError, match=str(len(packet))):
        stereo.paired(packet)


def test_what_is_no_stream_of_one_channel_is_refused(tmp_path: Path) -> None:
    """A file of boxes, a stream that is cut short or goes on, one of two channels or of another rate."""
    mono, target, samples = tmp_path / "mono", tmp_path / "pair", len(SOUNDS["voice"])
    _pair(_mono(mono, SOUNDS["voice"]), target, samples)
    whole = mono.read_bytes()
    two = bytes((*whole[:3], whole[3] ^ 0xC0, *whole[4:]))
    other = bytes((*whole[:2], whole[2] ^ 0x04, *whole[3:]))
    for content in (target.read_bytes(), whole[:-100], whole + whole[:300], two, other, b""):
        mono.write_bytes(content)
        with pytest.raises(ValueError, match="mono"):
            _pair(mono, target, samples)


@pytest.mark.parametrize("samples", [1000, len(SOUNDS["voice"]) - 1, len(SOUNDS["voice"]) + 1])
def test_a_sound_of_another_length_is_told(tmp_path: Path, samples: int) -> None:
    """Every sample that was fed is counted, and nothing is left beside."""
    with pytest.raises(TransientError, match="media-sound-wrong"):
        films.media().encode_sound([SOUNDS["voice"]], tmp_path / "sound", samples=samples)
    assert not list(tmp_path.glob("*.mono"))


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
