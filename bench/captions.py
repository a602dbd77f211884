"""What captions and the label in the pictures cost of a render.

    python bench/captions.py [--fonts FOLDER] [--seconds 12] [--runs 5]

Counts CPU seconds of this process and of FFmpeg for some seconds of film with a caption every three of them,
drawn in one go and encoded as a worker does it: without text, with the label, with captions, by turns, so
that a busy machine tells on all of them alike; prints the median of the ratios. With `--fonts` captions are
Chinese, set in a font of that folder. Target: captions at most 10 % of a render at 1080.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
from _clip import FPS, canvas_of, encode, encoder, talk
from _farm import machine

from pipeline.durable import digest_of
from pipeline.engines.face import Drive, Sitter
from pipeline.engines.shelf import faces
from pipeline.media import Media, laid_over, machine_ms
from pipeline.media.fonts import find_faces, system_folders
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.captions import Cue
from pipeline.plan.job import Format, Typeface
from pipeline.plan.label import Label
from pipeline.plan.lipsync import Lipsync
from pipeline.plan.overlay import Inset, caption_insets, label_inset
from pipeline.plan.typefaces import BOLD, choose, ranked

_FORMATS = ((720, 720), (1280, 720), (1080, 1080), (1920, 1080))
_EACH_S = 3
_ENGLISH = (
    ("Today you will learn how", "to recognise a suspicious message"),
    ("before it costs you", "your weekend."),
)
_CHINESE = (("在接下来的几分钟里，", "我们将学习如何识别"), ("可疑的电子邮件，", "并且了解应该怎么处理。"))


def _typefaces(folder: str) -> tuple[tuple[Typeface, ...], dict[str, Path]]:
    """What captions are set in, and the files of that by digest."""
    language, text = ("zh", "你好") if folder else ("en", "Hello")
    own = [Path(folder)] if folder else []
    with tempfile.TemporaryDirectory() as index:
        found = find_faces(own, () if folder else system_folders(), index=Path(index) / "fonts.json")
    setting = choose(ranked(found, language), language=language, text=text)
    if setting.missing:
        raise SystemExit("no font for the captions: install one, or name its folder")
    files = {digest_of(Path(face.path)): Path(face.path) for face, _ in setting.faces}
    typefaces = tuple(
        Typeface(
            file=Artifact(kind=Kind.SOURCE, key=digest, digest=digest, size=1, suffix=path.suffix),
            family=face.family,
            bold=face.weight >= BOLD,
            height=face.height,
            advance=face.advance,
            letters=letters,
        )
        for (face, letters), (digest, path) in zip(setting.faces, files.items(), strict=True)
    )
    return typefaces, files


def _cues(drive: Drive, texts: Sequence[tuple[str, str]]) -> list[Cue]:
    """Captions that are seen all the time, as of an utterance without a pause."""
    count = max(drive.frames // FPS // _EACH_S, 1)
    step = drive.frames * 1000 // FPS // count
    return [
        Cue(start_ms=number * step, end_ms=(number + 1) * step - 80, lines=texts[number % len(texts)])
        for number in range(count)
    ]


def _render(
    media: Media, sitter: Sitter, drive: Drive, picture: Format, text: tuple[Sequence[Inset], dict[str, Path]]
) -> float:
    """CPU seconds that a clip takes."""
    insets, fonts = text
    begun = machine_ms()
    frames = sitter.frames(drive)
    if insets:
        frames = laid_over(frames, media.draw(insets, picture, fonts), picture)
    return (machine_ms() - begun) / 1000 + encode(frames, drive, picture, media)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What text in the pictures costs of a render.")
    parser.add_argument("--fonts", default="", help="a folder with a Chinese font")
    parser.add_argument("--seconds", type=int, default=12)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    media = encoder()
    typefaces, fonts = _typefaces(given.fonts)
    print(machine())
    print(f"captions in {typefaces[0].family}, a clip of {given.seconds} s")
    print("    format  without s   label  captions")
    shelf = faces()
    engine = shelf.open("warp")
    drive = talk(given.seconds * FPS)
    for width, height in _FORMATS:
        picture = Format(width=width, height=height, fps=FPS)
        sitter = engine.prepare(canvas_of(picture), Lipsync())
        label = label_inset(Label.BOTH, picture, origin=0, frames=drive.frames)
        shown = _cues(drive, _CHINESE if given.fonts else _ENGLISH)
        captions = caption_insets(shown, picture, typefaces)
        _render(media, sitter, drive, picture, (captions, fonts))
        runs = [
            [_render(media, sitter, drive, picture, (insets, fonts)) for insets in ((), label, captions)]
            for _ in range(given.runs)
        ]
        plain = statistics.median(run[0] for run in runs)
        more = [statistics.median(run[kind] / run[0] - 1 for run in runs) for kind in (1, 2)]
        size = f"{width}x{height}"
        print(f"{size:>10}  {plain:>9.2f}  {more[0]:>+6.1%}  {more[1]:>+8.1%}", flush=True)
    shelf.close()


if __name__ == "__main__":
    main()
