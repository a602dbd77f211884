"""Films of people: plates come out upright, even in time and cut to the face, or there is a reason."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine, Face
from pipeline.engines.face import Footage
from pipeline.media.picture import planes_of, to_bgr
from pipeline.media.plates import Plates
from pipeline.plan.errors import InputError
from pipeline.plan.footage import FootageLimits
from pipeline.plan.formats import parse_format
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Crop
from pipeline.plan.platefilm import GROUP
from pipeline.steps.footage import Followed, Sighting, first_size, follow, sight
from pipeline.steps.plates import make_plates, read_plates
from tests.support import films
from tests.support.eye import eye_with_landmarks
from tests.support.videos import beside, ffmpeg, moving, without_a_face

LIMITS = FootageLimits(file_bytes=20_000_000, pixels=4_000_000, seconds=20)
SQUARE = parse_format("square-512", fps=25)
X265 = (
    "-pix_fmt",
    "yuv420p10le",
    "-c:v",
    "libx265",
    "-preset",
    "ultrafast",
    "-x265-params",
    "log-level=none",
)
WIDE_COLOURS = ("-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-color_trc", "bt709")
#: The upper left quarter red, the lower right one blue.
FLAG = "color=black:s=320x240:r=25:d=1.2,drawbox=0:0:160:120:red:fill,drawbox=160:120:160:120:blue:fill"
H264 = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "10")


class Blind:
    """An eye that finds no face, for films that show none."""

    name, version = "blind", "1"

    def look(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:  # noqa: ARG002 - the protocol's
        """Nobody."""
        return ()

    def person(self, picture: NDArray[np.uint8], face: Face) -> None:
        """Nothing of them."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def eye() -> Iterator[EyeEngine]:
    """The eye with landmarks."""
    with eye_with_landmarks() as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films that several tests look at."""
    return tmp_path_factory.mktemp("videos")


@pytest.fixture(scope="module")
def seen(folder: Path, eye: EyeEngine) -> tuple[Path, Sighting]:
    """Two seconds of a swaying portrait, looked through."""
    source = moving(folder / "leo.mp4", fps="30")
    return source, _sight(source, folder, eye)


@pytest.fixture(scope="module")
def plates(folder: Path, seen: tuple[Path, Sighting], eye: EyeEngine) -> Footage:
    """Its plates in a square film."""
    return _plates(*seen, _follow(seen[1], eye), folder / "square.mp4", SQUARE)


def _sight(source: Path, folder: Path, eye: EyeEngine | None = None) -> Sighting:
    folder = Path(tempfile.mkdtemp(dir=folder))
    return sight(source, eye or Blind(), films.media(), fps=25, limits=LIMITS, folder=folder)


def _follow(sighting: Sighting, eye: EyeEngine, picture: Format = SQUARE) -> Followed:
    return follow(sighting, eye, films.media(), picture)


def _plates(source: Path, sighting: Sighting, followed: Followed, target: Path, picture: Format) -> Footage:
    make_plates(source, sighting, followed, target, media=films.media(), behind=None, seconds=20)
    return read_plates(target, films.media(), picture)


def _first(source: Path, folder: Path) -> NDArray[np.uint8]:
    """The first look at a film."""
    return next(films.media().frames(_sight(source, folder).film))


def _refused(source: Path, folder: Path) -> str:
    with pytest.raises(InputError) as error:
        _sight(source, folder)
    return error.value.code


def test_plates_are_the_film_at_the_films_own_rate(plates: Footage) -> None:
    """Two seconds at 30 frames a second become 50 plates at 25, H.264, BT.709, in short closed groups."""
    picture = films.media().probe(plates.film).picture
    assert picture is not None
    assert (picture.width, picture.height, picture.packets, picture.step) == (512, 512, 50, 1920)
    assert picture.colours == (1, 1, 1, 1)
    assert picture.keyframes == -(-50 // GROUP)
    assert plates.track.frames == 50


def test_the_face_is_where_the_track_says(plates: Footage, eye: EyeEngine) -> None:
    """In any plate, looked at again, boxes agree within a twentieth of the face's width."""
    with Plates(plates.film, fps=25) as film:
        for index in (0, 13, 31, 49):
            (face,) = eye.look(to_bgr(film.read(index)))
            width = face.box[2] - face.box[0]
            assert np.abs(np.subtract(face.box, plates.track.box(index))).max() < width / 20


def test_the_face_stands_in_the_film_as_a_portraits_would(plates: Footage) -> None:
    """Its median is in the middle, 44 per cent of the film high."""
    x0, y0, x1, y1 = np.median(plates.track.boxes, axis=0)
    assert (x0 + x1) / 2 == pytest.approx(256, abs=12)
    assert y1 - y0 == pytest.approx(0.44 * 512, rel=0.08)


def test_plates_are_read_in_any_order(plates: Footage) -> None:
    """Backwards, and across the ends of groups, each plate is the one that comes there when played."""
    played = list(films.media().frames(plates.film))
    with Plates(plates.film, fps=25) as film:
        for index in (49, 48, 47, 0, 11, 12, 13, 12, 11, 36, 35):
            assert np.array_equal(to_bgr(film.read(index)), played[index])


def test_the_same_film_gives_the_same_bytes(
    folder: Path, seen: tuple[Path, Sighting], plates: Footage, eye: EyeEngine
) -> None:
    """Plates and track, looked for and made again."""
    again = _sight(seen[0], folder, eye)
    other = _plates(seen[0], again, _follow(again, eye), folder / "again.mp4", SQUARE)
    assert other.film.read_bytes() == plates.film.read_bytes()


def test_where_a_film_is_not_filled_the_edges_go_on_out_of_focus(
    folder: Path, seen: tuple[Path, Sighting], eye: EyeEngine
) -> None:
    """A square film of a person in a wide one: no black bars, and what is around does not move."""
    wide = parse_format("wide-512", fps=25)
    followed = _follow(seen[1], eye, wide)
    assert followed.shot is not None
    assert followed.shot.at.width < 910
    made = _plates(*seen, followed, folder / "wide.mp4", wide)
    with Plates(made.film, fps=25) as film:
        frames = [planes_of(film.read(index)).luma.copy() for index in (0, 20, 40)]
    assert all(frame[:, :30].min() > 100 for frame in frames)
    assert np.abs(frames[0][:, :60].astype(int) - frames[2][:, :60]).max() <= 2


def test_a_wall_before_the_face_is_reported_and_the_box_stays(folder: Path, eye: EyeEngine) -> None:
    """Half a second without a face is a warning that says when; the track goes on where it was."""
    source = without_a_face(folder / "wall.mp4", seconds=2, begin=1, end=1.5)
    followed = _follow(_sight(source, folder, eye), eye)
    told = {each.code: each.facts for each in followed.findings}
    assert told["portrait-video-face-away"] == {"times": "1-2 s"}
    assert followed.track is not None
    assert np.count_nonzero(~followed.track.seen) == 3


def test_a_film_without_any_face_is_refused(folder: Path, eye: EyeEngine) -> None:
    """With that reason, and without a track."""
    followed = _follow(_sight(without_a_face(folder / "none.mp4", seconds=1.2), folder, eye), eye)
    assert [each.code for each in followed.findings] == ["portrait-video-no-face"]
    assert followed.track is None


def test_of_two_people_the_one_that_was_named_is_followed(folder: Path, eye: EyeEngine) -> None:
    """Nobody can know who is meant; with a box in pixels of the film, it is that one throughout."""
    sighting = _sight(beside(folder / "two.mp4"), folder, eye)
    assert [each.code for each in _follow(sighting, eye).findings] == ["portrait-several-faces"]
    left = follow(sighting, eye, films.media(), SQUARE, box=(180, 70, 91, 108))
    assert left.track is not None
    assert left.track.boxes[:, 2].max() < 512
    right = follow(sighting, eye, films.media(), SQUARE, box=(620, 100, 100, 120))
    assert right.track is not None
    assert right.track.boxes[:, 0].min() > 512


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("with sound.mp4", ("-f", "lavfi", "-i", "sine=d=1.2", *H264, "-c:a", "aac")),
        ("quick.mov", H264),
        ("deep.mkv", X265),
        ("web.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "2M")),
        ("old.avi", ("-c:v", "mpeg4", "-q:v", "2")),
        ("interlaced.mp4", (*H264, "-flags", "+ildct+ilme", "-x264-params", "tff=1")),
        ("wide colours.mp4", (*H264, *WIDE_COLOURS)),
    ],
)  # fmt: skip
def test_films_of_every_kind_are_looked_at(tmp_path: Path, name: str, arguments: tuple[str, ...]) -> None:
    """MP4, MOV, MKV, WebM and AVI; 8 and 10 bits; with sound, interlaced: 30 frames make six looks."""
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", FLAG, *arguments, source)
    assert len(_sight(source, tmp_path).faces) == 6
    picture = _first(source, tmp_path)
    assert picture.shape == (240, 320, 3)
    assert picture[60, 80, 2] > picture[60, 80, 0] + 90
    assert picture[180, 240, 0] > picture[180, 240, 2] + 90


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_film_is_seen_upright(tmp_path: Path, turn: int) -> None:
    """As players show it: a phone's film carries its turn in its tables."""
    ffmpeg("-f", "lavfi", "-i", FLAG, *H264, tmp_path / "lying.mp4")
    source = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", str(turn), "-i", tmp_path / "lying.mp4", "-c", "copy", source)
    flat = _first(tmp_path / "lying.mp4", tmp_path)
    turned = _first(source, tmp_path)
    assert np.abs(np.rot90(flat, turn // 90).astype(int) - turned).mean() < 4
    assert first_size(source, films.media(), LIMITS) == (turned.shape[1], turned.shape[0])


def test_a_film_of_oblong_pixels_is_seen_as_players_show_it(tmp_path: Path) -> None:
    """Twice as wide as high pixels make the picture twice as wide."""
    source = tmp_path / "anamorphic.mp4"
    ffmpeg("-f", "lavfi", "-i", f"{FLAG},setsar=2", *H264, source)
    assert first_size(source, films.media(), LIMITS) == (640, 240)


def test_a_film_of_high_dynamic_range_is_brought_into_the_range_of_films(tmp_path: Path) -> None:
    """White paper in PQ, at 203 candela per square metre, is light and not burnt out, dark stays dark."""
    source = tmp_path / "hdr.mp4"
    tags = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    graph = (
        "color=black:s=320x240:r=25:d=1.2,drawbox=0:0:160:240:white:fill,lutyuv=y='if(gt(val,100),573,64)'"
    )
    ffmpeg("-f", "lavfi", "-i", graph.replace("lutyuv", "format=yuv420p10le,lutyuv"), *X265, *tags, source)
    picture = _first(source, tmp_path)
    assert 120 < picture[120, 80].mean() < 250
    assert picture[120, 240].mean() < 20


def test_a_film_of_uneven_frames_is_even_in_time(tmp_path: Path) -> None:
    """One second at 10 frames a second and one at 50: each look shows the moment that it stands for."""
    for index, fps in enumerate((10, 50)):
        graph = f"nullsrc=s=64x64:r={fps}:d=1,geq=lum='40+80*(T+{index})':cb=128:cr=128"
        ffmpeg("-f", "lavfi", "-i", graph, *H264, tmp_path / f"{index}.mkv")
    listed = "".join(f"file '{tmp_path / f'{index}.mkv'}'\n" for index in range(2))
    (tmp_path / "list.txt").write_text(listed)
    source = tmp_path / "vfr.mkv"
    ffmpeg("-f", "concat", "-safe", "0", "-i", tmp_path / "list.txt", "-c", "copy", source)
    sighting = _sight(source, tmp_path)
    levels = [float(picture.mean()) for picture in films.media().frames(sighting.film)]
    assert len(levels) == 10
    assert np.abs(np.diff(levels) - 18.6).max() < 12


def test_what_an_edit_list_cuts_off_is_not_seen(tmp_path: Path) -> None:
    """A film that was trimmed without being encoded again begins where its edit list says."""
    graph = "nullsrc=s=64x64:r=25:d=3,geq=lum='40+60*T':cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", graph, *H264, "-g", "75", tmp_path / "whole.mp4")
    ffmpeg("-ss", "1.5", "-i", tmp_path / "whole.mp4", "-c", "copy", tmp_path / "cut.mp4")
    whole, cut = (_first(tmp_path / name, tmp_path).mean() for name in ("whole.mp4", "cut.mp4"))
    assert cut > whole + 50


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_truncated_film_is_damaged(tmp_path: Path, share: float) -> None:
    """An interrupted download has no tables at its end, wherever it broke off."""
    moving(tmp_path / "whole.mp4")
    data = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "part.mp4").write_bytes(data[: int(len(data) * share)])
    assert _refused(tmp_path / "part.mp4", tmp_path) == "portrait-video-damaged"


def test_a_film_that_is_damaged_within_is_refused(tmp_path: Path) -> None:
    """Pictures that cannot be decoded are not guessed."""
    moving(tmp_path / "whole.mp4")
    data = bytearray((tmp_path / "whole.mp4").read_bytes())
    begin = data.index(b"mdat") + 3000
    data[begin : begin + 20_000] = bytes(20_000)
    (tmp_path / "holed.mp4").write_bytes(data)
    assert _refused(tmp_path / "holed.mp4", tmp_path) == "portrait-video-damaged"


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    """Also with a cover, which is no moving picture."""
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", tmp_path / "sound.mp4")
    assert _refused(tmp_path / "sound.mp4", tmp_path) == "portrait-video-no-picture"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", tmp_path / "cover.png")
    covered = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic")
    ffmpeg("-i", tmp_path / "sound.mp4", "-i", tmp_path / "cover.png", *covered, tmp_path / "song.mp4")
    assert _refused(tmp_path / "song.mp4", tmp_path) == "portrait-video-no-picture"


@pytest.mark.parametrize("frames", [1, 12])
def test_a_film_of_a_moment_is_too_short(tmp_path: Path, frames: int) -> None:
    """There is nothing to be played forth and back."""
    source = tmp_path / "short.mp4"
    ffmpeg("-f", "lavfi", "-i", FLAG, "-frames:v", str(frames), *H264, source)
    assert _refused(source, tmp_path) == "portrait-video-too-short"


def test_a_film_of_no_length_is_too_short_or_no_picture(tmp_path: Path) -> None:
    """A container whose track has no frame."""
    source = tmp_path / "empty.mkv"
    ffmpeg("-f", "lavfi", "-i", FLAG, "-t", "0", *H264, source)
    assert _refused(source, tmp_path) in {
        "portrait-video-too-short", "portrait-video-no-picture", "portrait-video-damaged"
    }  # fmt: skip


def test_a_film_beyond_the_limits_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """Its length, its pixels and its bytes, each with a reason of its own."""
    source = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", FLAG, *H264, source)
    told = {
        "portrait-video-too-long": replace(LIMITS, seconds=0),
        "portrait-video-too-many-pixels": replace(LIMITS, pixels=320 * 240 - 1),
        "portrait-video-too-large": replace(LIMITS, file_bytes=1000),
    }
    for code, limits in told.items():
        with pytest.raises(InputError) as error:
            sight(source, Blind(), films.media(), fps=25, limits=limits, folder=tmp_path)
        assert error.value.code == code


def test_a_film_that_is_longer_than_its_tables_say_is_read_to_the_limit_alone(tmp_path: Path) -> None:
    """A stream without a length cannot make anybody decode for ever."""
    source = tmp_path / "endless.mkv"
    graph = FLAG.replace("d=1.2", "d=4")
    ffmpeg("-f", "lavfi", "-i", graph, *H264, "-f", "matroska", "-live", "1", source)
    with pytest.raises(InputError) as error:
        sight(source, Blind(), films.media(), fps=25, limits=replace(LIMITS, seconds=1), folder=tmp_path)
    assert error.value.code == "portrait-video-too-long"


def test_nothing_is_left_behind(tmp_path: Path, seen: tuple[Path, Sighting], eye: EyeEngine) -> None:
    """Beside the plate film, its folder is as it was."""
    wide = parse_format("wide-512", fps=25)
    _plates(*seen, _follow(seen[1], eye, wide), tmp_path / "plates.mp4", wide)
    assert [path.name for path in tmp_path.iterdir()] == ["plates.mp4"]
    assert cv2.imread(str(tmp_path / "veil.png")) is None


def test_what_is_named_as_the_face_is_found_in_the_plates(
    seen: tuple[Path, Sighting], plates: Footage, eye: EyeEngine
) -> None:
    """In pixels of the video; a part that the film does not show is refused."""
    track = follow(seen[1], eye, films.media(), SQUARE).track
    assert track is not None
    left, top, right, bottom = (round(edge) for edge in track.boxes[0].tolist())
    crop = Crop(x=left, y=top, width=right - left, height=bottom - top)
    found = read_plates(plates.film, films.media(), SQUARE, crop=crop).crop
    assert found is not None
    assert np.abs(np.subtract(found, plates.track.boxes[0])).max() < 3
    outside = follow(seen[1], eye, films.media(), SQUARE, crop=Crop(x=5000, y=0, width=99, height=99))
    assert "face-crop-outside" in [each.code for each in outside.findings]
    assert outside.track is None
