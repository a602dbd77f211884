"""Films joined by copying: exactly their parts, in an order that plays while it loads, at any length."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.media import Track, track
from pipeline.media.boxes import boxes, child, file_boxes
from pipeline.media.packets import decode
from pipeline.media.splice import lay_out
from pipeline.plan.cargo import Cargo
from pipeline.plan.clock import FRAME_RATES, SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import TransientError
from tests.pipeline.media.noise import noise_clip, noise_sound, open_files
from tests.support import films

FRAMES = 120
TITLE = "Ein Film, 一部影片 𝔏 \"'\\ 'file /etc/passwd'\nand a second line"


def _parts(folder: Path, *, fps: int, lengths: tuple[int, ...]) -> tuple[list[Track], Track]:
    clips = [
        track.read(noise_clip(folder / f"{number}.mp4", fps=fps, frames=length, seed=number))
        for number, length in enumerate(lengths)
    ]
    return clips, _sound(folder, sum(lengths), fps=fps)


def _sound(folder: Path, frames: int, *, fps: int = 25) -> Track:
    return track.read(noise_sound(folder / "sound.mp4", fps=fps, frames=frames))


def _film(folder: Path, clips: list[Track], sound: Track, *, title: str = TITLE) -> Path:
    film = folder / "film.mp4"
    films.media().splice(film, clips, sound, Cargo(title=title, comment="trace 1"))
    return film


def _packets(path: Path, kind: str) -> list[tuple[int, int, int, bool, bytes]]:
    with av.open(str(path)) as container:
        return [
            (packet.pts or 0, packet.dts or 0, packet.duration or 0, packet.is_keyframe, bytes(packet))
            for packet in container.demux(**{kind: 0})
            if packet.size
        ]


@pytest.mark.parametrize(
    ("fps", "lengths"),
    [*((fps, (1, 50, 5)) for fps in FRAME_RATES), (25, (1,) * 8), (25, (FRAMES,))],
)
def test_a_film_is_its_parts(tmp_path: Path, fps: int, lengths: tuple[int, ...]) -> None:
    """At any rate and length: every packet, unchanged, one step behind the other, and the sound as it was."""
    clips, sound = _parts(tmp_path, fps=fps, lengths=lengths)
    film = _film(tmp_path, clips, sound)
    pictures, step = _packets(film, "video"), samples_per_frame(fps)
    parts = [packet for clip in clips for packet in _packets(clip.path, "video")]
    assert [packet[3:] for packet in pictures] == [part[3:] for part in parts]
    assert [packet[:3] for packet in pictures] == [
        (number * step, number * step, step) for number in range(sum(lengths))
    ]
    assert _packets(film, "audio") == _packets(sound.path, "audio")


_HOLDERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"udta", b"ilst"}
# Where a film lies otherwise than FFmpeg lays it (`test_a_film_is_its_parts` follows these to the packets),
# and what comes from the parts themselves.
_OWN = {b"stsc", b"stco", b"stsd"}
# Behind it, a handler's name, which is for people.
_HANDLER_BYTES = 24


def _leaves(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every box that holds no other, with its contents."""
    for each in boxes(data):
        contents = data[each.begin : each.end]
        if each.name in _HOLDERS:
            yield from _leaves(contents)
        elif each.name == b"meta":
            yield from _leaves(contents[4:])
        elif each.name in _OWN:
            yield each.name, b""
        elif each.name not in {b"free", b"mdat"}:
            yield each.name, contents[:_HANDLER_BYTES] if each.name == b"hdlr" else contents


@pytest.mark.parametrize("frames", [FRAMES, 2])
def test_the_tables_are_those_that_ffmpeg_writes(tmp_path: Path, frames: int) -> None:
    """Box by box and byte by byte, so that whatever plays FFmpeg's films plays these."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(frames,))
    film, other = _film(tmp_path, clips, sound), tmp_path / "other.mp4"
    texts = ["-metadata", f"title={TITLE}", "-metadata", "comment=trace 1"]
    # The edit list as it is, not one that FFmpeg works out anew.
    parts = ["-i", f"file:{clips[0].path}", "-advanced_editlist", "0", "-i", f"file:{sound.path}"]
    same = ["-map_metadata", "-1", "-fflags", "+bitexact", "-video_track_timescale", str(SAMPLE_RATE)]
    films.media().run([*parts, "-map", "0:v", "-map", "1:a", "-c", "copy", *texts, *same, f"file:{other}"])
    assert list(_leaves(film.read_bytes())) == list(_leaves(other.read_bytes()))
    for part in (*clips, sound):
        assert part.entry in film.read_bytes()


def test_the_work_is_checked_each_second(tmp_path: Path) -> None:
    """So that what was taken away ends within a moment."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(30, 30))
    calls: list[int] = []
    films.media().splice(
        tmp_path / "film.mp4", clips, sound, Cargo(title="", comment=""), check=lambda: calls.append(1)
    )
    assert len(calls) == 3


def test_a_film_decodes_like_its_parts(tmp_path: Path) -> None:
    """FFmpeg finds no fault in it; every frame is its clip's, pixel by pixel; a clip may come twice."""
    clips, _ = _parts(tmp_path, fps=25, lengths=(30, 60))
    clips.append(clips[0])
    film = _film(tmp_path, clips, _sound(tmp_path, 120))
    films.media().run(["-i", f"file:{film}", "-f", "null", "-"])
    shown = [hashlib.sha256(frame).digest() for frame in decode(film)]
    assert shown == [hashlib.sha256(frame).digest() for clip in clips for frame in decode(clip.path)]


def test_the_same_parts_give_the_same_bytes(tmp_path: Path) -> None:
    """No time and no chance is in a film."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(30, 30))
    one = _film(tmp_path, clips, sound).read_bytes()
    assert _film(tmp_path, clips, sound).read_bytes() == one


@pytest.mark.parametrize("title", ["", TITLE, "𝔏" * 1000], ids=["none", "all sorts", "long"])
def test_a_title_is_text_and_nothing_else(tmp_path: Path, title: str) -> None:
    """Whatever is in a title, it is what players show, and changes nothing else."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(30,))
    film = _film(tmp_path, clips, sound, title=title)
    with av.open(str(film)) as container:
        assert container.metadata.get("title", "") == title
        assert container.metadata["comment"] == "trace 1"
        assert len(container.streams) == 2


def test_a_film_plays_while_it_loads(tmp_path: Path) -> None:
    """What is heard lies within a second and a half of what is seen with it, and all tables before both."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(100, 100, 60))
    film = _film(tmp_path, clips, sound)
    with av.open(str(film)) as container:
        seen = {
            float(packet.pts * packet.time_base): packet.pos
            for packet in container.demux(video=0)
            if packet.pos is not None and packet.size and packet.pts is not None
        }
    with av.open(str(film)) as container:
        heard = {
            float(packet.pts * packet.time_base): packet.pos
            for packet in container.demux(audio=0)
            if packet.pos is not None and packet.size and packet.pts is not None
        }
    assert film.read_bytes().index(b"moov") < min(seen.values())
    for moment, place in heard.items():
        earlier = [at for at, where in seen.items() if where < place]
        assert max(earlier, default=0) >= moment - 0.1
        assert max(earlier, default=0) <= moment + 1.5


def test_players_jump_to_keyframes(tmp_path: Path) -> None:
    """A jump into the middle lands on the keyframe before it, and the frames from there on are right."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(120, 120))
    film = _film(tmp_path, clips, sound)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        container.seek(210 * samples_per_frame(25), stream=stream)
        first = next(container.decode(stream))
    assert first.pts == 200 * samples_per_frame(25)


def test_a_part_that_shrank_is_told(tmp_path: Path) -> None:
    """A clip that became shorter since its tables were read ends the join."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(30, 30))
    clips[1].path.write_bytes(clips[1].path.read_bytes()[:4000])
    before = open_files()
    with pytest.raises(TransientError, match="media-unreadable"):
        _film(tmp_path, clips, sound)
    assert open_files() == before


def test_a_part_that_is_gone_is_the_systems_word(tmp_path: Path) -> None:
    """The store knows what it means to the farm."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(30, 30))
    clips[1].path.unlink()
    before = open_files()
    with pytest.raises(FileNotFoundError):
        _film(tmp_path, clips, sound)
    assert open_files() == before


@pytest.mark.parametrize("fps", [25, 60])
def test_a_sound_that_is_too_short_is_told(tmp_path: Path, fps: int) -> None:
    """A film is not silent at its end for want of sound, even by less than what is hidden of it."""
    clips, _ = _parts(tmp_path, fps=fps, lengths=(60, 60))
    with pytest.raises(TransientError, match="media-unreadable"):
        _film(tmp_path, clips, _sound(tmp_path, 119, fps=fps))


def test_a_film_above_four_gigabytes_is_found_to_its_end(tmp_path: Path) -> None:
    """Places that 4 bytes cannot tell: the last packets are read from where they lie."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(FRAMES,))
    heavy = replace(clips[0], sizes=np.full(FRAMES, 40 << 20, np.uint32))
    layout = lay_out([heavy], sound, Cargo(title="", comment=""))
    end = len(layout.front) + int(layout.pieces.sum())
    last = sound.path.read_bytes()[sound.begin + int(sound.sizes[:-1].sum()) :][: int(sound.sizes[-1])]
    film = tmp_path / "large.mp4"
    with film.open("wb") as file:
        file.write(layout.front)
        file.seek(end - len(last))
        file.write(last)
    assert film.stat().st_size == end > 1 << 32
    with film.open("rb") as file:
        found = list(file_boxes(file.fileno()))
    assert [each.name for each in found] == [b"ftyp", b"moov", b"mdat"]
    assert (found[-1].begin, found[-1].end) == (len(layout.front), end)
    with av.open(str(film)) as container:
        container.seek(sound.ticks, stream=container.streams.audio[0])
        packets = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    assert packets[-1] == last


def test_places_are_right_where_the_tables_push_them_above_four_gigabytes(tmp_path: Path) -> None:
    """Tables with longer places push all packets further once more, and are told of it."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(FRAMES,))
    sizes = np.full(FRAMES, 42_900_000, np.uint32)
    heavy = replace(clips[0], sizes=sizes)
    before = int(lay_out([heavy], sound, Cargo(title="", comment="")).pieces[:-1].sum())
    sizes[0] = int(sizes[0]) + (1 << 32) - 100 - before
    layout = lay_out([heavy], sound, Cargo(title="", comment=""))
    places = child(layout.front, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"co64")
    (last,) = struct.unpack(">Q", places[-8:])
    assert last == len(layout.front) + int(layout.pieces[:-1].sum()) > 1 << 32


def test_a_film_longer_than_a_day_tells_its_length(tmp_path: Path) -> None:
    """Times that 4 bytes cannot tell."""
    clips, sound = _parts(tmp_path, fps=25, lengths=(FRAMES,))
    hours = 30
    times = round(hours * 3600 * 25 / FRAMES)
    ticks = times * FRAMES * samples_per_frame(25) + sound.hidden
    packets = -(-ticks // 1024)
    long = replace(
        sound,
        sizes=np.full(packets, 1, np.uint32),
        times=((packets - 1, 1024), (1, ticks - 1024 * (packets - 1))),
        keyframes=np.arange(1, packets + 1, dtype=np.uint32),
    )
    light = replace(clips[0], sizes=np.ones(FRAMES, np.uint32))
    layout = lay_out([light] * times, long, Cargo(title="", comment=""))
    film = tmp_path / "long.mp4"
    film.write_bytes(layout.front + bytes(int(layout.pieces.sum())))
    with av.open(str(film)) as container:
        assert container.streams.video[0].duration == hours * 3600 * SAMPLE_RATE
        assert container.streams.video[0].frames == times * FRAMES
    movie, shown = child(layout.front, b"moov"), hours * 3600 * SAMPLE_RATE
    assert struct.unpack_from(">IQQIQI", child(movie, b"mvhd")) == (
        1 << 24,
        0,
        0,
        SAMPLE_RATE,
        shown,
        1 << 16,
    )
    tracks = [movie[each.begin : each.end] for each in boxes(movie) if each.name == b"trak"]
    for number, (data, hidden) in enumerate(zip(tracks, (0, sound.hidden), strict=True), start=1):
        header = struct.unpack_from(">IQQIIQ", child(data, b"tkhd"))
        assert header == (1 << 24 | 3, 0, 0, number, 0, shown)
        assert len(child(data, b"tkhd")) == 96
        edit = struct.unpack(">IIQqhh", child(data, b"edts", b"elst"))
        assert edit == (1 << 24, 1, shown, hidden, 1, 0)
        media = struct.unpack(">IQQIQHH", child(data, b"mdia", b"mdhd"))
        assert media == (1 << 24, 0, 0, SAMPLE_RATE, shown + hidden, 0x55C4, 0)
