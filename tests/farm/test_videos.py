"""What is said at submission of portraits that are videos."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from farm import lookers
from farm.bootstrap import Farm
from farm.gallery import Gallery
from farm.plates import plates_of
from farm.portraits import Sitting, View, idle_for_film, means_of
from farm.precheck import check
from farm.sources import picture_suffix, source_bytes
from pipeline.engines.face.warp import WarpEngine
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.plan.artifact import Kind
from pipeline.plan.formats import parse_format
from pipeline.steps.memory import MemoryDesk
from tests.support import films
from tests.support.eye import require_landmarks
from tests.support.portraits import LEO_FILE
from tests.support.videos import ffmpeg, moving, without_a_face

SQUARE = parse_format("square-512", fps=25)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good one, one without a face, and one that breaks off."""
    folder = tmp_path_factory.mktemp("videos")
    whole = moving(folder / "leo.mp4", side=512, seconds=1.2)
    without_a_face(folder / "wall.mp4", seconds=1.2)
    (folder / "part.mp4").write_bytes(whole.read_bytes()[:20_000])
    return folder


@pytest.fixture
def farm(farm: Farm) -> Farm:
    """A farm with the eye that knows landmarks."""
    require_landmarks(farm.eyes)
    return farm


def _sitting(file: Path) -> Sitting:
    view = View(format=SQUARE, box=None, behind=None, pictured=False)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Sitting(file=file, digest=digest, views=(view,), backdrop=False)


def test_videos_are_looked_at_in_processes_as_pictures_are(farm: Farm, videos: Path) -> None:
    """Each gets its verdict; what is said does not depend on who looked."""
    sittings = [_sitting(videos / name) for name in ("leo.mp4", "wall.mp4", "part.mp4")]
    found = {
        sitting.file.name: [finding.code for finding in seen.views[0]]
        for sitting, seen in lookers.look(sittings, means=means_of(farm), hands=1)
    }
    assert found == {
        "leo.mp4": [],
        "wall.mp4": ["portrait-video-no-face"],
        "part.mp4": ["portrait-video-damaged"],
    }
    gallery = Gallery(farm)
    (view,) = sittings[0].views
    assert gallery.look(videos / "leo.mp4", sittings[0].digest, view.format, None, None) == ()
    assert gallery.size(videos / "leo.mp4", sittings[0].digest) == (512, 512)


def test_a_video_is_refused_for_an_engine_that_draws_pictures_alone(
    farm: Farm, videos: Path, batch_folder: Path
) -> None:
    """With the row, the column and what to do; a row with a picture beside it is good."""
    shutil.copy(videos / "leo.mp4", batch_folder)
    manifest = batch_folder / "batch.csv"
    manifest.write_text("id,script,portrait\na,Hello there.,leo.mp4\nb,Hello there.,leo.png\n")
    checked = check(farm, manifest)
    assert [(each.row, each.column, each.code) for each in checked.problems] == [
        (2, "portrait", "portrait-video-engine")
    ]
    assert [film.row.id for film in checked.films] == ["b"]


def test_content_decides_what_a_portrait_is_in_the_store(farm: Farm, videos: Path, tmp_path: Path) -> None:
    """A video under a picture's name is one, a picture under a video's name is none; their limits differ."""
    shutil.copy(videos / "leo.mp4", tmp_path / "leo.png")
    shutil.copy(LEO_FILE, tmp_path / "leo.mov")
    limits = farm.settings.limits
    assert picture_suffix(tmp_path / "leo.png") == ".mp4"
    assert source_bytes(".mp4", farm.settings) == limits.footage_bytes
    assert picture_suffix(tmp_path / "leo.mov") == ".img"
    assert source_bytes(".img", farm.settings) == limits.portrait_bytes


def test_a_gif_stays_a_picture(farm: Farm, tmp_path: Path) -> None:
    """Its first frame is used, with a warning, as ever."""
    source = tmp_path / "leo.gif"
    ffmpeg("-loop", "1", "-i", LEO_FILE, "-vf", "scale=512:512,hue=h=20*n", "-frames:v", "3", source)
    sitting = _sitting(source)
    codes = [each.code for each in Gallery(farm).look(source, sitting.digest, SQUARE, None, None)]
    assert codes == ["portrait-animated"]


def test_what_a_video_does_not_heed_is_told(videos: Path) -> None:
    """Motion and expression are the video's own; of a picture nothing is said."""
    asked = {"face.motion": "lively", "face.expression": "friendly", "face.restore": "sharp"}
    told = idle_for_film(videos / "leo.mp4", asked)
    assert [(each.code, each.facts["option"]) for each in told] == [
        ("portrait-video-option", "face.expression"),
        ("portrait-video-option", "face.motion"),
    ]
    assert idle_for_film(LEO_FILE, asked) == ()


class _Busy(MemoryDesk):
    """A desk at which another worker makes everything."""

    def take(self, kind: Kind, key: str) -> bool:  # noqa: ARG002 - whatever it is
        """Somebody else has it."""
        return False


def test_plates_are_made_once_and_made_anew_when_they_are_damaged(farm: Farm, videos: Path) -> None:
    """Who finds them taken comes back; who finds them damaged strikes them out and makes the same again."""
    source = farm.store.adopt(Kind.SOURCE, ".mp4", videos / "leo.mp4", limit_bytes=10_000_000)
    job = replace(films.job(), portrait=source, format=SQUARE)
    assert plates_of(farm, job, _Busy(), lambda: None) is None
    desk = films.CountingDesk()
    made = plates_of(farm, job, desk, lambda: None)
    assert made is not None
    assert plates_of(farm, job, desk, lambda: None) == made
    assert len(desk.made) == 1
    path = farm.store.open(made)
    path.chmod(0o644)
    path.write_bytes(bytes(made.size))
    assert plates_of(farm, job, desk, lambda: None) == made
    assert len(desk.made) == 2
    assert farm.store.verify(made) == path


def test_the_shelf_tells_which_engines_take_videos(farm: Farm) -> None:
    """An offer says so just where the engine's class can do it."""
    for name in farm.faces.names():
        if farm.faces.why_not(name) is None:
            engine = {"warp": WarpEngine, "wav2lip": Wav2LipEngine}[name]
            assert hasattr(engine, "prepare_footage") == (name in farm.faces.for_films())
