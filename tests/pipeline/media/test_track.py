"""What the tables of a file tell, and that no broken file is taken for a whole one."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media import track
from pipeline.media.packets import read
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import TransientError
from tests.pipeline.media.noise import noise_clip, noise_sound
from tests.support import films


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 frames of noise."""
    return noise_clip(tmp_path_factory.mktemp("track") / "clip.mp4", fps=25, frames=120)


def test_tables_tell_what_the_packets_are(clip: Path) -> None:
    """Sizes, places, times, keyframes and parameters are those that another reader finds in the packets."""
    found, probed = track.read(clip), read(clip).picture
    assert probed is not None
    with av.open(str(clip)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        assert found.sizes.tolist() == [packet.size for packet in packets]
        assert found.keyframes.tolist() == [1 + i for i, packet in enumerate(packets) if packet.is_keyframe]
        data = clip.read_bytes()[found.begin : found.begin + int(found.sizes.sum())]
        assert data == b"".join(map(bytes, packets))
    assert (found.packets, found.timescale, found.step, found.hidden) == (
        probed.packets,
        probed.timescale,
        probed.step,
        0,
    )
    assert found.parameters == probed.parameters
    assert found.ticks == 120 * samples_per_frame(25)


def test_every_frame_of_a_clip_of_one_is_a_keyframe(tmp_path: Path) -> None:
    """A file that lists no keyframes has nothing else."""
    found = track.read(noise_clip(tmp_path / "one.mp4", fps=25, frames=1))
    assert found.keyframes.tolist() == [1]


def test_a_sound_tells_what_is_hidden(tmp_path: Path) -> None:
    """The encoder's first packet is decoded and not shown; what is left is as long as what went in."""
    found = track.read(noise_sound(tmp_path / "sound.mp4", fps=25, frames=300))
    assert (found.timescale, found.hidden) == (SAMPLE_RATE, 1024)
    assert found.ticks == 1024 + 300 * samples_per_frame(25)


def test_long_sounds_lie_in_one_piece(tmp_path: Path) -> None:
    """A file of several chunks is one row of packets all the same."""
    path = noise_sound(tmp_path / "long.mp4", fps=25, frames=4000)
    found = track.read(path)
    data = path.read_bytes()
    assert int(found.sizes.sum()) > 1 << 20
    with av.open(str(path)) as container:
        packets = b"".join(bytes(packet) for packet in container.demux() if packet.size)
    assert data[found.begin : found.begin + len(packets)] == packets


def test_a_cut_file_is_no_track(clip: Path, tmp_path: Path) -> None:
    """Wherever a file ends too early, it is told."""
    whole, short = clip.read_bytes(), tmp_path / "short.mp4"
    for length in np.linspace(0, len(whole) - 1, 60).astype(int).tolist():
        short.write_bytes(whole[:length])
        with pytest.raises(TransientError, match="media-unreadable"):
            films.media().track(short)


def test_two_tracks_are_none(clip: Path, tmp_path: Path) -> None:
    """A film is not a part of a film."""
    film = tmp_path / "film.mp4"
    sound = track.read(noise_sound(tmp_path / "sound.mp4", fps=25, frames=120))
    films.media().splice(film, [track.read(clip)], sound, title="", comment="")
    with pytest.raises(TransientError, match="media-unreadable"):
        films.media().track(film)


@settings(max_examples=300, deadline=None)
@given(places=st.lists(st.integers(0, 1400), min_size=1, max_size=4), byte=st.integers(0, 255))
def test_spoiled_tables_never_do_worse_than_to_be_refused(clip: Path, places: list[int], byte: int) -> None:
    """Whatever its tables hold, a file is a track within its own bytes, or is refused."""
    data = bytearray(clip.read_bytes())
    for place in places:
        data[-1 - place] = byte
    spoiled = clip.with_name("spoiled.mp4")
    spoiled.write_bytes(data)
    try:
        found = track.read(spoiled)
    except ValueError:
        return
    assert 0 < found.begin <= found.begin + int(found.sizes.sum()) <= len(data)
    assert found.packets == sum(count for count, _ in found.times)
