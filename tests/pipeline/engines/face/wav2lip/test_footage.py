"""A film of a person that talks: forth and back, the mouth where the face is, everything else untouched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive, Footage
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.face.wav2lip.footage import FootageSitter
from pipeline.engines.face.wav2lip.moving import HardMovingPaste, Paste, SoftMovingPaste
from pipeline.engines.face.wav2lip.restoration import RestoredPlates
from pipeline.media.picture import planes_of, to_bgr
from pipeline.media.plates import Plates
from pipeline.plan import platefilm
from pipeline.plan.canvas import Area, Shot
from pipeline.plan.facetrack import FaceTrack, track_of
from pipeline.plan.footage import playback
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.plan.platefilm import Reel
from tests.support import films
from tests.support.faces import drawn_canvas, silent, spoken
from tests.support.videos import ffmpeg
from tests.support.wav2lip import weights_of

Frames = list[NDArray[np.uint8]]
PLATES = 60
SENTENCE = "h ə ˈl oʊ m aɪ _ f ɹ ɛ n d z"


def _sway(frame: int) -> int:
    return round(8 * np.sin(frame / 6))


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """A portrait that goes to and fro by eight pixels, as plates, with the track of its face."""
    folder = tmp_path_factory.mktemp("footage")
    canvas = drawn_canvas()
    height, width = canvas.picture.shape[:2]
    cv2.imwrite(str(folder / "still.png"), canvas.picture)
    wider = "pad=iw+32:ih:16:0,fillborders=left=16:right=16:mode=smear"
    camera = f"{wider},crop={width}:{height}:'16-round(8*sin(n/6))':0"
    coded = ("-r", "25", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-qp", "4")
    source = folder / "source.mp4"
    ffmpeg(
        "-framerate",
        "25",
        "-loop",
        "1",
        "-i",
        folder / "still.png",
        "-vf",
        camera,
        *coded,
        "-frames:v",
        str(PLATES),
        source,
    )
    whole = Area(x=0, y=0, width=width, height=height)
    picture = Format(width=width, height=height, fps=25)
    reel = Reel(demuxer="mp4", columns=width, lines=height, matrix=2, transfer=2)
    film = folder / "plates.mp4"
    shot = Shot(part=whole, at=whole, format=picture)
    films.media().run(
        platefilm.plates(source, film, reel=reel, shot=shot, size=(width, height), veil=None, seconds=9)
    )
    assert canvas.face.landmarks is not None
    looks = []
    for frame in range(0, PLATES, 2):
        moved = np.array([_sway(frame), 0, 0])
        box = np.array(canvas.face.box, np.float32) + np.float32(_sway(frame)) * np.array([1, 0, 1, 0])
        looks.append((box.astype(np.float32), (canvas.face.landmarks + moved).astype(np.float32)))
    track = replace(track_of(list(looks), frames=PLATES, step=2), anchor=30)
    return Footage(film=film, format=picture, track=track, enlarged=1.0)


def _sitter(
    footage: Footage, paste: Paste, draw: Callable[..., NDArray[np.float32]], mode: Mode = Mode.FAST
) -> FootageSitter:
    return FootageSitter(draw, batch=8, footage=footage, paste=paste, lipsync=Lipsync(mode=mode))


def _own(paste: Paste) -> Callable[..., NDArray[np.float32]]:
    """A network that draws what it is shown."""
    region = paste.region

    def draw(faces: NDArray[np.uint8], _windows: NDArray[np.float32]) -> NDArray[np.float32]:
        part = faces[:, region.top : region.bottom, region.left : region.right]
        return part.astype(np.float32) / np.float32(255)

    return draw


def _dark(paste: Paste) -> Callable[..., NDArray[np.float32]]:
    """A network that draws the dark middle of an open mouth into what it is shown."""
    own = _own(paste)

    def draw(faces: NDArray[np.uint8], windows: NDArray[np.float32]) -> NDArray[np.float32]:
        drawn = own(faces, windows)
        top, left = 76 - paste.region.top, 38 - paste.region.left
        drawn[:, top : top + 6, left : left + 20] = 0
        return drawn

    return draw


def _drawn(sitter: FootageSitter, drive: Drive) -> Frames:
    return [frame.copy() for frame in sitter.frames(drive)]


def _plates(footage: Footage, drive: Drive) -> Frames:
    track = footage.track
    order = playback(drive.frames, plates=track.frames, anchor=track.anchor, fps=drive.fps)
    with Plates(footage.film, fps=drive.fps) as film:
        return [film.read(plate).copy() for plate in order]


def test_a_clip_begins_and_ends_at_rest_on_one_plate(footage: Footage) -> None:
    """Whatever is said, both ends are the anchor with its own closed mouth, and no step is a jump."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    sitter = _sitter(footage, paste, _dark(paste))
    rest = _drawn(sitter, silent(5))[0]
    for drive in (spoken(SENTENCE, seed=1), spoken("p a", seed=2)):
        frames = _drawn(sitter, drive)
        assert len(frames) == drive.frames
        assert np.array_equal(frames[0], rest)
        assert np.array_equal(frames[-1], rest)
    eyes = np.s_[: footage.format.height // 2]
    frames = _drawn(sitter, spoken(SENTENCE, seed=1))
    steps = [float(np.abs(a[eyes].astype(int) - b[eyes]).mean()) for a, b in pairwise(frames)]
    plates = _plates(footage, replace(spoken(SENTENCE, seed=1), frames=len(frames)))
    most = max(float(np.abs(a[eyes].astype(int) - b[eyes]).mean()) for a, b in pairwise(plates))
    assert max(steps) <= most


def test_what_the_mouth_does_not_reach_is_the_plates_own(footage: Footage) -> None:
    """Byte for byte above the nose and beside the cheeks; in silence all of it."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    sitter = _sitter(footage, paste, _dark(paste))
    drive = spoken(SENTENCE)
    for index, (frame, plate) in enumerate(zip(_drawn(sitter, drive), _plates(footage, drive), strict=True)):
        changed = np.argwhere(planes_of(frame).luma != planes_of(plate).luma)
        if not changed.size:
            continue
        left, _, right, bottom = footage.track.box(
            playback(drive.frames, plates=PLATES, anchor=30, fps=25)[index]
        )
        rows, columns = changed.T
        assert rows.min() > footage.format.height * 0.45
        assert rows.max() < bottom + 12
        assert columns.min() > left
        assert columns.max() < right
    quiet = silent(40)
    assert all(map(np.array_equal, _drawn(sitter, quiet), _plates(footage, quiet)))


def test_a_network_that_draws_what_it_sees_leaves_no_seam(footage: Footage) -> None:
    """At the edge of the mask, frames and plates differ by no more than the network's size costs."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    drive = spoken(SENTENCE)
    frames = _drawn(_sitter(footage, paste, _own(paste)), drive)
    off = [
        np.abs(to_bgr(frame).astype(int) - to_bgr(plate))
        for frame, plate in zip(frames, _plates(footage, drive), strict=True)
    ]
    assert max(float(each.mean()) for each in off) < 0.25
    assert max(float(np.percentile(each, 99.9)) for each in off) < 16


def test_a_drawn_mouth_moves_with_the_face(footage: Footage) -> None:
    """The dark middle of an open mouth lies, in each plate, where that plate's face has it."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    drive = spoken("ɑ ɑ ɑ ɑ ɑ ɑ ɑ ɑ")
    frames = _drawn(_sitter(footage, paste, _dark(paste)), drive)
    order = playback(drive.frames, plates=PLATES, anchor=30, fps=25)
    middles = {}
    for plate, frame, own in zip(order, frames, _plates(footage, drive), strict=True):
        darker = np.argwhere(planes_of(own).luma.astype(int) - planes_of(frame).luma > 60)
        if len(darker) > 20:
            middles[plate] = darker[:, 1].mean() - _sway(plate)
    assert len(middles) > 8
    assert max(middles.values()) - min(middles.values()) < 1.6


def test_a_plate_that_speaks_is_closed_by_the_network_in_silence(footage: Footage) -> None:
    """Where the person's own mouth is open, silence is drawn and not left as it is."""
    track = footage.track
    assert track.landmarks is not None
    speaking = track.landmarks.copy()
    speaking[:, 14, 1] += 12
    open_mouthed = replace(footage, track=replace(track, landmarks=speaking))
    paste = SoftMovingPaste(open_mouthed, Lipsync().pads)
    heard: list[NDArray[np.float32]] = []
    dark = _dark(paste)

    def draw(faces: NDArray[np.uint8], windows: NDArray[np.float32]) -> NDArray[np.float32]:
        heard.append(windows.copy())
        return dark(faces, windows)

    quiet = silent(20)
    frames = _drawn(_sitter(open_mouthed, paste, draw), quiet)
    assert all(not np.array_equal(a, b) for a, b in zip(frames, _plates(footage, quiet), strict=True))
    assert all((windows == -4).all() for windows in heard)
    assert np.array_equal(frames[0], frames[-1])


def test_frames_depend_neither_on_the_batch_nor_on_what_was_asked_before(footage: Footage) -> None:
    """Another batch, and another clip left unfinished, change no byte."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    drive, draw = spoken(SENTENCE), _dark(paste)
    eight = _drawn(_sitter(footage, paste, draw), drive)
    sitter = FootageSitter(draw, batch=3, footage=footage, paste=paste, lipsync=Lipsync())
    unfinished = sitter.frames(spoken("u b a"))
    next(unfinished)
    assert all(map(np.array_equal, eight, _drawn(sitter, drive)))
    unfinished.close()  # type: ignore[attr-defined]


def test_exact_lays_the_whole_drawn_face_over_each_box(footage: Footage) -> None:
    """Every plate's box in whole pixels, hard, with levels cut off; around it the plate."""
    paste = HardMovingPaste(footage, Lipsync().pads)

    def white(faces: NDArray[np.uint8], _windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ones((len(faces), 96, 96, 3), np.float32)

    drive = silent(12)
    order = playback(drive.frames, plates=PLATES, anchor=30, fps=25)
    for plate, frame in zip(order, _drawn(_sitter(footage, paste, white, Mode.EXACT), drive), strict=True):
        points = footage.track.points(plate)
        assert points is not None
        rows, columns = np.nonzero(planes_of(frame).luma == 235)
        assert columns.min() == pytest.approx(points[:, 0].min(), abs=1.5)
        assert columns.max() == pytest.approx(points[:, 0].max(), abs=1.5)
        assert rows.min() == pytest.approx(points[:, 1].min(), abs=1.5)


def test_memory_does_not_grow_with_frames(footage: Footage) -> None:
    """Four hundred frames after the first hundred take less than 8 MiB more."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    sitter = _sitter(footage, paste, _dark(paste))
    for _ in sitter.frames(silent(100)):
        pass
    before = psutil.Process().memory_info().rss
    for _ in sitter.frames(silent(400)):
        pass
    assert psutil.Process().memory_info().rss - before < 8 << 20


@pytest.mark.parametrize("mode", list(Mode))
def test_the_engine_makes_films_talk(checkpoint: Path, footage: Footage, mode: Mode) -> None:
    """With real layers and random weights: twice the same, at rest at both ends, another mouth between."""
    engine = Wav2LipEngine(weights=weights_of(checkpoint), mode=mode, backend="torch", device="cpu", batch=4)
    try:
        sitter = engine.prepare_footage(footage, Lipsync(mode=mode))
        # In this mode silence is drawn as well.
        drive = spoken("a") if mode is Mode.FAST else silent(5)
        frames = _drawn(sitter, drive)
        assert all(map(np.array_equal, frames, sitter.frames(drive)))
        assert np.array_equal(frames[0], frames[-1])
        assert any(not np.array_equal(a, b) for a, b in zip(frames, _plates(footage, drive), strict=True))
    finally:
        engine.close()


def test_a_track_without_landmarks_serves(footage: Footage) -> None:
    """An eye that finds boxes alone: the mouth is laid where mouths are in faces."""
    bare: FaceTrack = replace(footage.track, landmarks=None)
    paste = SoftMovingPaste(replace(footage, track=bare), Lipsync().pads)
    frames = _drawn(_sitter(replace(footage, track=bare), paste, _dark(paste)), spoken(SENTENCE))
    assert any(not np.array_equal(frames[0], frame) for frame in frames)


def _restored(
    footage: Footage, draw: Callable[..., NDArray[np.float32]], batch: int, seen: list[NDArray[np.uint8]]
) -> FootageSitter:
    """A sitter whose mouths are restored by a network that sharpens, and turns everything greener."""

    def restore(face: NDArray[np.uint8]) -> NDArray[np.float32]:
        seen.append(face.copy())
        known = face.astype(np.float32)
        return known + 2 * (known - np.asarray(cv2.GaussianBlur(known, (0, 0), 2), np.float32)) + [0, 30, 0]

    pads = Lipsync().pads
    restored = RestoredPlates(restore, SoftMovingPaste(footage, pads))
    paste = SoftMovingPaste(footage, pads, finer=restored.finer)
    return FootageSitter(
        draw, batch=batch, footage=footage, paste=paste, lipsync=Lipsync(), restored=restored
    )


def test_restored_mouths_lie_in_their_plates_and_nothing_else_changes(footage: Footage) -> None:
    """Byte for byte where no mouth reaches or none is open; in the plate's colours, where its face is."""
    paste = SoftMovingPaste(footage, Lipsync().pads)
    draw, drive = _dark(paste), spoken("ɑ ɑ ɑ ɑ ɑ ɑ")
    seen: list[NDArray[np.uint8]] = []
    frames = _drawn(_restored(footage, draw, 2, seen), drive)
    plain = _drawn(_sitter(footage, paste, draw), drive)
    middles = {}
    order = playback(drive.frames, plates=PLATES, anchor=30, fps=25)
    for plate, frame, drawn, own in zip(order, frames, plain, _plates(footage, drive), strict=True):
        changed = np.argwhere(planes_of(frame).luma != planes_of(own).luma)
        left, _, right, bottom = footage.track.box(plate)
        if changed.size:
            assert footage.format.height * 0.45 < changed[:, 0].min() <= changed[:, 0].max() < bottom + 12
            assert left < changed[:, 1].min() <= changed[:, 1].max() < right
        off = to_bgr(frame).astype(int) - to_bgr(drawn)
        assert np.abs(off[..., 1]).mean() < 1
        darker = np.argwhere(planes_of(own).luma.astype(int) - planes_of(frame).luma > 60)
        if len(darker) > 20:
            middles[plate] = darker[:, 1].mean() - _sway(plate)
    assert len(middles) > 8
    assert max(middles.values()) - min(middles.values()) < 1.6
    assert {face.shape for face in seen} == {(512, 512, 3)}
    again = _drawn(_restored(footage, draw, 1, []), drive)
    assert all(map(np.array_equal, frames, again))
    seen.clear()
    quiet = silent(20)
    assert all(map(np.array_equal, _drawn(_restored(footage, draw, 2, seen), quiet), _plates(footage, quiet)))
    assert not seen
