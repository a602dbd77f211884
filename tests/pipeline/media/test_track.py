"""What the tables of a file tell, and that no broken file is taken for a whole one."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media import track
from pipeline.media.boxes import box, boxes, file_boxes, full_box, head
from pipeline.media.packets import read
from pipeline.plan.cargo import Cargo
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import TransientError
from tests.pipeline.media.noise import noise_channel, noise_clip, noise_sound, open_files
from tests.support import films

_HOLDERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"}
_Change = Callable[[bytes], bytes]


def _changed(data: bytes, name: bytes, change: _Change) -> bytes:
    """A file with other contents in its boxes of a name; its packets stay where they are."""
    parts = []
    for each in boxes(data):
        contents = data[each.begin : each.end]
        if each.name == name:
            contents = change(contents)
        elif each.name in _HOLDERS:
            contents = _changed(contents, name, change)
        parts.append(box(each.name, contents))
    return b"".join(parts)


def _put(place: int, *numbers: int) -> _Change:
    """Other numbers of 4 bytes, from a place on (from the end if it is negative)."""

    def change(contents: bytes) -> bytes:
        at = place % len(contents)
        data = struct.pack(f">{len(numbers)}I", *numbers)
        return contents[:at] + data + contents[at + len(data) :]

    return change


def _long(place: int, small: str, large: str) -> _Change:
    """The same in version 1, in which some numbers from a place on take 8 bytes."""

    def change(contents: bytes) -> bytes:
        numbers = struct.unpack_from(small, contents, place)
        rest = contents[place + struct.calcsize(small) :]
        return b"\1" + contents[1:place] + struct.pack(large, *numbers) + rest

    return change


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
    path = noise_channel(tmp_path / "long.mp4", seconds=160)
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


def test_a_track_may_tell_its_times_in_8_bytes(tmp_path: Path) -> None:
    """FFmpeg does from 12 hours on; the same comes out."""
    path = noise_sound(tmp_path / "sound.mp4", fps=25, frames=50)
    plain, data = track.read(path), path.read_bytes()
    data = _changed(data, b"mdhd", _long(4, ">IIII", ">QQIQ"))
    path.write_bytes(_changed(data, b"elst", _long(8, ">II", ">QQ")))
    assert path.stat().st_size == len(data) + 8
    found = track.read(path)
    assert (found.timescale, found.hidden, found.ticks) == (plain.timescale, plain.hidden, plain.ticks)


_NO_TRACK: dict[str, tuple[bytes, _Change]] = {
    "fewer sizes than it says": (b"stsz", _put(8, 121)),
    "fewer times than it says": (b"stts", _put(4, 2)),
    "times for fewer packets": (b"stts", _put(8, 119)),
    "more keyframes than it says": (b"stss", _put(4, 2)),
    "no keyframe": (b"stss", lambda _: bytes(8)),
    "a keyframe before the first": (b"stss", _put(8, 0)),
    "a keyframe behind the last": (b"stss", _put(-4, 121)),
    "keyframes out of order": (b"stss", _put(8, 51)),
    "packets shown in another order": (
        b"stbl",
        lambda old: old + full_box(b"ctts", struct.pack(">III", 1, 120, 0)),
    ),
    "a second track": (b"moov", lambda old: old + box(b"trak")),
    "two edits": (b"elst", _put(4, 2)),
    "a late beginning": (b"elst", _put(12, 0xFFFFFFFF)),
    "fewer chunks than it says": (b"stco", _put(4, 9)),
    "fewer runs of chunks than it says": (b"stsc", _put(4, 9)),
    "packets before the packets": (b"stco", _put(8, 8)),
    "packets behind the packets": (b"stsz", _put(-4, 1 << 20)),
    "two sample entries": (b"stsd", lambda old: old + old[8:]),
    "another codec": (b"stsd", lambda old: old.replace(b"avc1", b"hvc1")),
}


@pytest.mark.parametrize(("name", "change"), _NO_TRACK.values(), ids=_NO_TRACK)
def test_tables_that_disagree_are_refused(clip: Path, tmp_path: Path, name: bytes, change: _Change) -> None:
    """Whatever is wrong, it is told before anything is copied, and no file stays open."""
    spoiled = tmp_path / "spoiled.mp4"
    spoiled.write_bytes(_changed(clip.read_bytes(), name, change))
    before = open_files()
    with pytest.raises(TransientError, match="media-unreadable"):
        films.media().track(spoiled)
    assert open_files() == before


def test_scattered_packets_are_refused(tmp_path: Path) -> None:
    """A chunk that lies elsewhere is not passed over."""
    path = noise_channel(tmp_path / "long.mp4", seconds=160)
    data = path.read_bytes()
    place = struct.unpack(">I", data[(at := data.index(b"stco") + 16) : at + 4])[0]
    path.write_bytes(_changed(data, b"stco", _put(12, place + 1)))
    with pytest.raises(TransientError, match="media-unreadable"):
        films.media().track(path)


def test_a_spoiled_count_takes_no_memory(clip: Path, tmp_path: Path) -> None:
    """Packets of one size that a file has no room for are refused before they are listed."""
    spoiled = tmp_path / "spoiled.mp4"
    spoiled.write_bytes(_changed(clip.read_bytes(), b"stsz", _put(4, 1, 1 << 22)))
    tracemalloc.start()
    with pytest.raises(TransientError, match="media-unreadable"):
        films.media().track(spoiled)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_frames_of_two_lengths_have_no_step(clip: Path, tmp_path: Path) -> None:
    """So that no uneven clip is taken for an even one."""
    uneven = tmp_path / "uneven.mp4"
    uneven.write_bytes(
        _changed(clip.read_bytes(), b"stts", lambda _: struct.pack(">6I", 0, 2, 60, 1920, 60, 1921))
    )
    assert track.read(uneven).step == 0


def test_clips_of_one_profile_have_one_entry(clip: Path, tmp_path: Path) -> None:
    """What differs from clip to clip, the bit rate, is not in it; what a decoder needs is."""
    other = track.read(noise_clip(tmp_path / "other.mp4", fps=25, frames=7, seed=2))
    assert b"btrt" in clip.read_bytes()
    assert other.entry == track.read(clip).entry
    assert track.pixels_of(other.entry) == (64, 64)


@pytest.mark.parametrize(
    "data", [b"\0\0\0\x11free12345678", b"\0\0\0\7free", b"\0\0\0\0free", b"\0\0\0\x08fr"]
)
def test_a_box_that_cannot_be_is_refused(tmp_path: Path, data: bytes) -> None:
    """One that ends behind its file, or before its own contents."""
    with pytest.raises(ValueError, match="fr"):
        list(boxes(data))
    path = tmp_path / "box"
    path.write_bytes(data)
    with path.open("rb") as file, pytest.raises(ValueError, match="fr"):
        list(file_boxes(file.fileno()))


def test_a_size_above_4_bytes_stands_behind_the_name() -> None:
    """From 4 GiB on, head and all."""
    assert head(b"mdat", (1 << 32) - 9) == b"\xff\xff\xff\xffmdat"
    assert head(b"mdat", (1 << 32) - 8) == b"\0\0\0\1mdat" + struct.pack(">Q", (1 << 32) + 8)


def test_two_tracks_are_none(clip: Path, tmp_path: Path) -> None:
    """A film is not a part of a film."""
    film = tmp_path / "film.mp4"
    sound = track.read(noise_sound(tmp_path / "sound.mp4", fps=25, frames=120))
    films.media().splice(film, [track.read(clip)], sound, Cargo(title="", comment=""))
    with pytest.raises(TransientError, match="media-unreadable"):
        films.media().track(film)


@settings(max_examples=120, deadline=None)
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
