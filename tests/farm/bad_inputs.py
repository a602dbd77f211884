"""Every bad input that a batch is refused for, as a manifest, and what is expected of each row."""

from __future__ import annotations

import csv
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support import portraits

ASTRONAUT = Path(__file__).resolve().parents[2] / "demo/portraits/astronaut.png"
_COLUMNS = (
    "id", "script", "script_file", "portrait", "voice", "language", "speed", "format", "department",
    "urgency", "face_box", "face_expression", "face_motion", "voice_pitch", "background",
    "label", "label_name", "label_reason", "captions_soft", "face_engine", "face_mode",
)  # fmt: skip
_HEADS = {
    "face_box": "face.box",
    "face_expression": "face.expression",
    "face_motion": "face.motion",
    "voice_pitch": "voice.pitch",
    "label_name": "label.name",
    "label_reason": "label.reason",
    "captions_soft": "captions.soft",
    "face_engine": "face.engine",
    "face_mode": "face.mode",
}

Picture = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Bad:
    """One bad row: the cells that make it bad, and the problem that they are refused with."""

    name: str
    column: str
    code: str
    cells: Mapping[str, str] = field(default_factory=dict)


def _bad(name: str, column: str, code: str, **cells: str) -> Bad:
    return Bad(name=name, column=column, code=code, cells=cells)


BAD: Sequence[Bad] = (
    # Scripts.
    _bad("script-nothing", "script", "manifest-script-missing", script=""),
    _bad("script-marks", "script", "script-empty", script="… —— !!! 🙂"),
    _bad("script-long", "script", "script-too-long", script="word " * 16_001),
    _bad("script-pause", "script", "script-pause-malformed", script="A [pause x] b."),
    _bad("script-gone", "script_file", "manifest-file-missing", script="", script_file="gone.txt"),
    _bad("script-empty", "script_file", "script-empty", script="", script_file="empty.txt"),
    _bad("script-bytes", "script_file", "manifest-encoding", script="", script_file="bytes.txt"),
    _bad("script-twice", "script_file", "manifest-script-twice", script_file="good.txt"),
    _bad("script-unfilled", "script", "manifest-variable-unfilled", script="Hello {{nobody}}."),
    # Portraits.
    _bad("face-none", "portrait", "portrait-no-face", portrait="plain.png"),
    _bad("face-several", "portrait", "portrait-several-faces", portrait="several.png"),
    _bad("face-cut", "portrait", "portrait-face-cut", portrait="cut.png"),
    _bad("face-small", "portrait", "portrait-face-too-small", portrait="small.png"),
    _bad("face-turned", "portrait", "portrait-turned-away", portrait="turned_away.png"),
    _bad("face-lying", "portrait", "portrait-lying", portrait="head_over.png"),
    _bad("face-blurred", "portrait", "portrait-blurred", portrait="blurred.png"),
    _bad("face-box", "face.box", "submit-face-box-wrong", face_box="left"),
    _bad("background", "background", "portrait-background-unknown", background="#12345"),
    _bad("background-none", "background", "manifest-file-missing", background="office.png"),
    _bad("background-text", "background", "portrait-no-picture", background="text.png"),
    _bad("face-grim", "face.expression", "face-expression-unknown", face_expression="grim"),
    _bad("face-wild", "face.motion", "face-motion-unknown", face_motion="wild"),
    _bad("face-mimic", "face.engine", "engine-face-unknown", face_engine="mimic"),
    _bad("face-elsewhere", "portrait", "portrait-box-without-face", face_box="0,0,20,20"),
    _bad("picture-none", "portrait", "portrait-no-picture", portrait="text.png"),
    _bad("picture-bomb", "portrait", "portrait-too-many-pixels", portrait="bomb.png"),
    _bad("picture-gone", "portrait", "manifest-file-missing", portrait="gone.png"),
    _bad("picture-unnamed", "portrait", "manifest-portrait-missing", portrait=""),
    # Paths that leave the batch's folder.
    _bad("path-up", "portrait", "manifest-path-outside", portrait="../secret.png"),
    _bad("path-root", "portrait", "manifest-path-absolute", portrait="/etc/passwd"),
    _bad("path-link", "portrait", "manifest-path-outside", portrait="link.png"),
    # What a film is asked to be.
    _bad("voice", "voice", "voice-unknown", voice="nobody"),
    _bad("engine", "voice", "engine-voice-unknown", voice="nothing/en-us"),
    _bad("language", "language", "voice-language-unknown", language="tlh"),
    _bad("language-foreign", "voice", "voice-language-foreign", voice="cmn", language="en"),
    _bad("speed", "speed", "submit-speed-wrong", speed="fast"),
    _bad("pitch", "voice.pitch", "submit-pitch-wrong", voice_pitch="201"),
    _bad("format", "format", "portrait-format-unknown", format="round"),
    _bad("label", "label", "label-unknown", label="usa"),
    _bad("label-nameless", "label.name", "label-waiver-missing", label="none", label_reason="a test"),
    _bad("label-reasonless", "label.reason", "label-waiver-missing", label="none", label_name="Li Lei"),
    _bad("captions-soft", "captions.soft", "captions-soft-unknown", captions_soft="perhaps"),
    _bad("department", "department", "submit-department-unknown", department="moon"),
    _bad("urgency", "urgency", "submit-urgency-unknown", urgency="now"),
    _bad("good", "id", "manifest-id-twice"),
)

#: Rows that could be made, but a person should know.
DOUBTFUL: Sequence[Bad] = (
    _bad("covered", "portrait", "portrait-mouth-covered", portrait="covered.png"),
    _bad("soft", "portrait", "portrait-soft", portrait="soft.png"),
    _bad("enlarged", "portrait", "portrait-face-enlarged", format="square-1080"),
    _bad("turned", "portrait", "portrait-turned", portrait="turned.png"),
    _bad("picture-little", "portrait", "portrait-picture-small", portrait="little.png"),
    _bad("face-little", "portrait", "portrait-face-small", portrait="little_face.png"),
    _bad("mouth-at-outline", "portrait", "portrait-mouth-at-outline", portrait="turned.png"),
    _bad("voice-of-another", "voice", "submit-other-voice", voice="en-us", script="你好，世界。"),
    _bad("language-of-another", "language", "submit-other-voice", language="zh", script="Good day."),
    _bad("shadowed", "portrait", "portrait-shadowed", portrait="shadowed.png"),
    _bad("animated", "portrait", "portrait-animated", portrait="animated.gif"),
    _bad("background-animated", "background", "portrait-animated", background="animated.gif"),
)


def make(folder: Path) -> Path:
    """Write the manifest with all bad rows and one good one, and every file it names; the manifest's path."""
    folder.mkdir()
    face = cv2.imread(str(ASTRONAUT))
    assert face is not None
    picture = np.asarray(face, np.uint8)
    for name, made in _pictures(picture).items():
        cv2.imwrite(str(folder / name), made)
    frames = [Image.fromarray(picture[..., ::-1]), Image.fromarray(picture[:, ::-1, ::-1])]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:])
    (folder / "text.png").write_text("this is no picture")
    (folder / "bomb.png").write_bytes(_bomb())
    (folder / "link.png").symlink_to(ASTRONAUT)
    (folder.parent / "secret.png").write_bytes(ASTRONAUT.read_bytes())
    (folder / "good.txt").write_text("A good script.")
    (folder / "empty.txt").write_text(" \n…\n")
    (folder / "bytes.txt").write_bytes(bytes(range(128, 256)) * 4)
    good = {"script": "Hello there.", "portrait": "good.png"}
    manifest = folder / "batch.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writerow({column: _HEADS.get(column, column) for column in _COLUMNS})
        writer.writerow({"id": "good", **good})
        for bad in (*BAD, *DOUBTFUL):
            writer.writerow({"id": bad.name, **good, **bad.cells})
    return manifest


def _pictures(face: Picture) -> dict[str, Picture]:
    height, width = face.shape[:2]
    small = np.full((height, width, 3), 128, np.uint8)
    shrunk = cv2.resize(face, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    small[: shrunk.shape[0], : shrunk.shape[1]] = shrunk
    little = np.full((height, width, 3), 128, np.uint8)
    shrunk = portraits.shrunk(face, 0.94)
    little[: shrunk.shape[0], : shrunk.shape[1]] = shrunk
    covered = face.copy()
    # The astronaut's mouth lies at about (224, 147).
    covered[122:172, 179:269] = (40, 160, 40)
    shadowed = face.copy()
    shadowed[:, 225:] //= 5
    return {
        "good.png": face,
        "plain.png": np.full((600, 600, 3), 128, np.uint8),
        "several.png": np.hstack([face, face]),
        "cut.png": np.ascontiguousarray(face[:, 210:]),
        "small.png": small,
        "little.png": np.ascontiguousarray(face[:500, :500]),
        "little_face.png": little,
        "turned_away.png": portraits.shrunk(portraits.turned(face, 62), 2),
        "turned.png": portraits.turned(face, 30),
        "head_over.png": np.ascontiguousarray(face[::-1, ::-1]),
        "blurred.png": np.asarray(cv2.GaussianBlur(face, (0, 0), 4), np.uint8),
        "covered.png": covered,
        "soft.png": np.asarray(cv2.GaussianBlur(face, (0, 0), 2), np.uint8),
        "shadowed.png": shadowed,
    }


def _bomb() -> bytes:
    """A PNG of a few hundred bytes that says it has 100,000 by 100,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")
