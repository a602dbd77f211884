"""What a film carries besides picture and sound: read back by programs that share no code with its writer."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from pipeline.media import Track, track
from pipeline.media.boxes import boxes, child
from pipeline.plan.captions import Cue, srt
from pipeline.plan.cargo import Cargo
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import TransientError
from pipeline.plan.softtrack import soft_track
from tests.pipeline.media.noise import SIDE, noise_clip, noise_sound
from tests.support import films

FRAMES = 150
LABEL = '{"Label":"1","ContentProducer":"P","ProduceID":"I"}'
CUES = (
    Cue(start_ms=240, end_ms=1500, lines=("Hello there, you <b>all", "a second line & more")),
    Cue(start_ms=1500, end_ms=2333, lines=("第二句字幕，𝔏。",)),
    Cue(start_ms=4000, end_ms=5999, lines=(r"{\an8} up",)),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Track], Track]:
    """A clip and a sound of six seconds."""
    folder = tmp_path_factory.mktemp("parts")
    clip = track.read(noise_clip(folder / "clip.mp4", fps=25, frames=FRAMES))
    return [clip], track.read(noise_sound(folder / "sound.mp4", fps=25, frames=FRAMES))


def _cargo(*, label: str = LABEL, cues: Sequence[Cue] = CUES, language: str = "zho") -> Cargo:
    samples = FRAMES * samples_per_frame(25)
    captions = soft_track(cues, samples=samples, language=language) if cues else None
    return Cargo(title="A film, 一部影片", comment="trace 1", label=label, captions=captions)


def _film(folder: Path, parts: tuple[list[Track], Track], cargo: Cargo) -> Path:
    film = folder / "film.mp4"
    films.media().splice(film, *parts, cargo)
    return film


def _ffmpeg(*arguments: str) -> str:
    command = [films.media().ffmpeg, "-nostdin", "-loglevel", "error", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def test_ffmpeg_reads_the_captions_of_the_subrip_file(
    tmp_path: Path, parts: tuple[list[Track], Track]
) -> None:
    """Texts and times that FFmpeg writes out of the film are those of the file beside it."""
    film = _film(tmp_path, parts, _cargo())
    told = _ffmpeg("-i", str(film), "-map", "0:s:0", "-f", "srt", "-")
    assert re.sub(r"</?font[^>]*>", "", told) == srt(CUES)


def test_the_packets_are_the_captions(tmp_path: Path, parts: tuple[list[Track], Track]) -> None:
    """Packet by packet, those in which nothing is shown among them, each in its language."""
    cargo = _cargo()
    film = _film(tmp_path, parts, cargo)
    with av.open(str(film)) as container:
        stream = container.streams.subtitles[0]
        assert (stream.codec_context.name, stream.language) == ("mov_text", "zho")
        packets = [
            (packet.pts, packet.duration, bytes(packet)) for packet in container.demux(stream) if packet.size
        ]
    assert cargo.captions is not None
    begins = [sum(cargo.captions.ticks[:number]) for number in range(len(packets))]
    assert packets == list(zip(begins, cargo.captions.ticks, cargo.captions.packets, strict=True))
    found = films.media().probe(film).words
    assert found is not None
    assert found.digest == cargo.captions.digest


def test_captions_wait_until_somebody_asks(tmp_path: Path, parts: tuple[list[Track], Track]) -> None:
    """The track is off, in a group of its own and in front of the picture, above its lower edge."""
    film = _film(tmp_path, parts, _cargo())
    movie = child(film.read_bytes(), b"moov")
    *_, data = (movie[each.begin : each.end] for each in boxes(movie) if each.name == b"trak")
    header = child(data, b"tkhd")
    flags, _, _, number, _, _ = struct.unpack_from(">IIIIII", header)
    layer, group, volume = struct.unpack_from(">hHH", header, 32)
    assert (flags, number, layer, group, volume) == (2, 3, -1, 3, 0)
    down, width, height = (side / (1 << 16) for side in struct.unpack_from(">i4xII", header, 68))
    assert width == SIDE
    assert SIDE * 0.7 < down < down + height < SIDE
    found = films.media().probe(film).words
    assert found is not None
    assert not found.shown


def test_captions_and_label_leave_picture_and_sound_as_they_are(
    tmp_path: Path, parts: tuple[list[Track], Track]
) -> None:
    """The essence is that of the film without them, and FFmpeg finds no fault in the one with them."""
    film = _film(tmp_path, parts, _cargo())
    essence = films.media().probe(film).essence
    films.media().run(["-i", f"file:{film}", "-map", "0", "-c:s", "copy", "-f", "null", "-"])
    bare = _film(tmp_path, parts, _cargo(label="", cues=()))
    assert films.media().probe(bare).essence == essence


def test_the_label_is_the_key_that_ffmpeg_writes(tmp_path: Path, parts: tuple[list[Track], Track]) -> None:
    """Byte by byte, in the place that the Chinese guide names and before all other metadata."""
    film, other = _film(tmp_path, parts, _cargo()), tmp_path / "other.mp4"
    same = ["-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "use_metadata_tags"]
    _ffmpeg("-i", f"file:{parts[0][0].path}", "-c", "copy", *same, "-metadata", f"AIGC={LABEL}", str(other))
    mine, theirs = (child(path.read_bytes(), b"moov", b"udta", b"meta") for path in (film, other))
    assert mine == theirs


def test_other_programs_read_label_title_and_comment(
    tmp_path: Path, parts: tuple[list[Track], Track]
) -> None:
    """Each once, however many lists they stand in."""
    film = _film(tmp_path, parts, _cargo())
    told = _ffmpeg("-i", str(film), "-f", "ffmetadata", "-").splitlines()
    assert f"AIGC={LABEL}" in told
    assert "title=A film, 一部影片" in told
    assert "comment=trace 1" in told
    found = films.media().probe(film)
    assert (found.label, found.comment) == (LABEL, "trace 1")
    assert films.media().label(film) == LABEL


def test_captions_lie_beside_what_is_said(tmp_path: Path, parts: tuple[list[Track], Track]) -> None:
    """Within a second and a half of the picture that they belong to, so that a stream need not jump."""
    film = _film(tmp_path, parts, _cargo())
    places: dict[str, list[tuple[float, int]]] = {"video": [], "subtitle": []}
    with av.open(str(film)) as container:
        for packet in container.demux():
            if packet.size and packet.stream.type in places and packet.pos is not None:
                places[packet.stream.type].append(((packet.pts or 0) / SAMPLE_RATE, packet.pos))
    assert len(places["subtitle"]) == len(CUES) + 3
    for moment, place in places["subtitle"]:
        seen = max(at for at, where in places["video"] if where < place)
        assert moment - 1 <= seen <= moment + 1.5


def test_a_seal_replaces_what_stands_for_it(tmp_path: Path, parts: tuple[list[Track], Track]) -> None:
    """The label alone changes, in place; a film that does not hold what is to be replaced is told."""
    film = _film(tmp_path, parts, _cargo())
    before, media = film.read_bytes(), films.media()
    other = LABEL.replace('"I"', '"J"')
    media.seal(film, LABEL, other)
    assert film.read_bytes() == before.replace(LABEL.encode(), other.encode())
    for old, new in ((LABEL, other), (other, other + " ")):
        with pytest.raises(TransientError, match="media-label-wrong"):
            media.seal(film, old, new)
