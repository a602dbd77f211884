"""How fast films are made with the engine `wav2lip`, beside the straightforward loop over the same network.

    python bench/wav2lip.py [--quick] [--sizes 512x512,1920x1080] [--seconds 20] [--minutes 20] [--runs 3]
        [--threads N] [--checkpoint FILE] [--memory]

One portrait, one speech by espeak, one checkpoint of random, calibrated weights (or yours), as many threads
for each row, and for each row a process of its own. "Cold" is a process from its start to its end with one
film. The same process makes more of them, of which medians are told: "new" counts the preparing of a
portrait, "warm" does not, as a worker keeps it. How many times faster each is than the baseline stands in
that order. CPU seconds are those of a warm film, and of the whole baseline, which is a program that is
started for each film (bench/_baseline_wav2lip.py). The face is found beforehand. Memory is the most that a
process held, and its encoder beside it; of a long film it is told last, and with --memory alone. Prints
Markdown.

Targets, motion off, on a CPU that computes bf16: at 512x512 exact 1.7 times as fast as the baseline, fast by
torch 4 times cold, by OpenVINO 12 times warm and 7 times the baseline with batches of 8; at 1920x1080 8
times; less than 800 MB, for 20 minutes as for 20 seconds; frames of exact within one level of the baseline's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _farm import machine
from _watched import Watched, watched
from _wav2lip_stage import Stage, write_picture, write_sound
from _wav2lip_staging import staged

from pipeline.engines.face.wav2lip.backends import choose
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.media.picture import to_yuv
from pipeline.plan.errors import LecternError
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Pads

_HERE = Path(__file__).resolve().parent
_FPS = 25
_MB = 1 << 20
_BATCHES = (128, 8)
_DEVICES = (("torch", "cpu"), ("openvino", "cpu"), ("torch", "cuda"))


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all rows share.

    Attributes:
        folder: where inputs and films lie.
        checkpoint: the weights.
        threads: of each row.
        runs: films of a warm process that are counted.
    """

    folder: Path
    checkpoint: Path
    threads: int
    runs: int

    def program(self, name: str, *arguments: object) -> list[str]:
        """A program beside this one, as a command."""
        shared = ("--checkpoint", self.checkpoint, "--threads", self.threads)
        return [sys.executable, str(_HERE / name), *map(str, (*shared, *arguments))]


def main() -> None:
    """Measure and print."""
    given = _arguments()
    sizes = [tuple(map(int, size.split("x"))) for size in given.sizes.split(",")]
    pictures = [Format(width=width, height=height, fps=_FPS) for width, height in sizes]
    print(machine(), f"{given.threads} threads", sep=", ", end="\n\n")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        checkpoint = given.checkpoint or _random_checkpoint(folder)
        bench = Bench(folder=folder, checkpoint=checkpoint, threads=given.threads, runs=given.runs)
        films = max(round(given.minutes * 60 / given.seconds), 1 + given.runs)
        for stage in staged(folder / "home", pictures, seconds=given.seconds, films=films):
            size = f"{stage.picture.width}x{stage.picture.height}"
            stage.write(folder / f"{size}.pickle")
            if not given.memory:
                _compare(bench, stage, size)
                _part_by_part(bench, size)
        _long(bench, f"{sizes[0][0]}x{sizes[0][1]}", films=films, seconds=given.seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few seconds of everything, to see that it runs"
    )
    parser.add_argument("--memory", action="store_true", help="only the memory of a short and of a long film")
    parser.add_argument("--sizes")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--checkpoint", type=Path)
    given = parser.parse_args()
    usual: dict[str, Any] = {"sizes": "512x512,1920x1080", "seconds": 20, "minutes": 20, "runs": 3}
    if given.quick:
        usual = {"sizes": "512x512", "seconds": 2, "minutes": 0.1, "runs": 1}
    for name, value in usual.items():
        if getattr(given, name) is None:
            setattr(given, name, value)
    return given


def _random_checkpoint(folder: Path) -> Path:
    path = folder / "random.pth"
    program = _HERE.parent / "demo/random_checkpoint.py"
    subprocess.run([sys.executable, str(program), str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


def _compare(bench: Bench, stage: Stage, size: str) -> None:
    """The table of one size: the baseline, and the engine in each mode, by each of what can compute here."""
    drive = stage.drives[0]
    seconds = drive.frames / drive.fps
    print(f"\n{size}, {seconds:.0f} s of speech\n")
    print("| | cold s | new s | warm s | warm frames/s | CPU s | to batches of 128 | to batches of 8 | MB |")
    print("|---|" + "---:|" * 8, flush=True)
    baselines = {}
    for batch in _BATCHES:
        seen = watched(_baseline(bench, stage, size, "--batch", batch, "--out", bench.folder / "film.mp4"))
        baselines[batch] = seen.seconds
        print(
            f"| baseline, batches of {batch} | {seen.seconds:.1f} | | | | {seen.cpu_s:.1f} | "
            f"{baselines[_BATCHES[0]] / seen.seconds:.2f} | | {seen.bytes / _MB:.0f} |",
            flush=True,
        )
    for row in _rows():
        words, arguments = row
        stage_file = bench.folder / f"{size}.pickle"
        command = bench.program(
            "_wav2lip_worker.py", "--stage", stage_file, "--films", 1 + bench.runs, *arguments
        )
        print(_row(words, watched(command), baselines), flush=True)
    print()
    print(_alike(bench, stage, size), flush=True)


def _rows() -> Iterator[tuple[str, list[str]]]:
    """What is measured of the engine: words, and arguments for the worker; only what can compute here."""
    for mode, motions in (("exact", ("none",)), ("fast", ("none", "calm"))):
        for backend, device in _DEVICES:
            try:
                choice = choose(kind=backend, device=device, exact=mode == "exact")
            except LecternError:
                continue
            for motion in motions:
                words = f"{mode}, {choice.name} {choice.precision}, motion {motion}"
                yield words, ["--mode", mode, "--backend", backend, "--device", device, "--motion", motion]


def _row(words: str, seen: Watched, baselines: dict[int, float]) -> str:
    """A row of the table: the process's first film with all around it, and the median of the others."""
    films = [json.loads(line) for _, line in seen.lines]
    last_s, _ = seen.lines[-1]
    first_s, _ = seen.lines[0]
    cold = first_s + seen.seconds - last_s
    new = statistics.median(film["film"] for film in films[1:])
    warm = statistics.median(film["film"] - film["prepare"] for film in films[1:])
    cpu_s = statistics.median(film["cpu"] for film in films[1:])
    ratios = " | ".join(
        " / ".join(f"{base / each:.2f}" for each in (cold, new, warm)) for base in baselines.values()
    )
    return (
        f"| {words} | {cold:.1f} | {new:.2f} | {warm:.2f} | {films[0]['frames'] / warm:.0f} | {cpu_s:.1f} "
        f"| {ratios} | {seen.bytes / _MB:.0f} |"
    )


def _baseline(bench: Bench, stage: Stage, size: str, *arguments: object) -> list[str]:
    """The baseline's command for the first stretch of speech."""
    face, sound = bench.folder / f"{size}.png", bench.folder / "speech.wav"
    write_picture(face, stage.canvas)
    write_sound(sound, stage.drives[0])
    crop = crop_of(stage.canvas.face, (stage.picture.width, stage.picture.height), Pads())
    box = (crop.top, crop.bottom, crop.left, crop.right)
    return bench.program(
        "_baseline_wav2lip.py", "--face", face, "--audio", sound, "--box", *box, "--fps", _FPS, *arguments
    )


def _alike(bench: Bench, stage: Stage, size: str) -> str:
    """How frames of `exact` differ from the baseline's, as the encoder is given them."""
    theirs, ours = bench.folder / "baseline.bgr", bench.folder / "exact.yuv"
    subprocess.run(_baseline(bench, stage, size, "--batch", 8, "--frames", theirs), check=True)
    shared = ("--stage", bench.folder / f"{size}.pickle", "--mode", "exact", "--frames", ours)
    subprocess.run(bench.program("_wav2lip_worker.py", *shared), check=True)
    picture = stage.picture
    expected = np.memmap(theirs, np.uint8, "r").reshape(-1, picture.height, picture.width, 3)
    made = np.memmap(ours, np.uint8, "r").reshape(-1, picture.height * 3 // 2, picture.width)
    most, other = 0, 0
    # The baseline's last window ends with the sound, wherever its frame is: it is no other program's.
    count = min(len(expected), len(made)) - 1
    for one, two in zip(expected[:count], made[:count], strict=True):
        apart = np.abs(to_yuv(np.ascontiguousarray(one)).astype(np.int16) - two)
        most, other = max(most, int(apart.max())), other + int(np.count_nonzero(apart))
    theirs.unlink()
    ours.unlink()
    share = 100 * other / (count * made[0].size)
    return (
        f"exact against the baseline: {count} frames, {share:.3f} % of all samples differ, by {most} at most"
    )


def _part_by_part(bench: Bench, size: str) -> None:
    """Frames a second of each part by itself."""
    print(f"\n{size}, frames a second of each part by itself\n")
    print("| | network | mouth | face | encoder | face and encoder | of the encoder | of the roofline |")
    print("|---|" + "---:|" * 7, flush=True)
    for words, arguments in _rows():
        command = bench.program("_wav2lip_parts.py", "--stage", bench.folder / f"{size}.pickle", *arguments)
        rates = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        parts = " | ".join(f"{rates[name]:.0f}" for name in ("network", "mouth", "face", "encoder", "both"))
        share = f"{rates['of_roofline']:.2f}" if "of_roofline" in rates else ""
        print(f"| {words} | {parts} | {rates['both'] / rates['encoder']:.2f} | {share} |", flush=True)


def _long(bench: Bench, size: str, *, films: int, seconds: int) -> None:
    """The memory of a short film and of a long one, which is many utterances, or one without phonemes."""
    print(f"\n{size}, fast, motion calm: memory of one process and its encoder\n")
    print("| | minutes | MB | frames/s |")
    print("|---|---:|---:|---:|")
    lengths: tuple[tuple[str, int, list[str]], ...] = (
        ("one utterance", 1, []),
        ("utterances", films, []),
        ("one utterance", films, ["--whole"]),
    )
    for words, arguments in _rows():
        if "calm" not in arguments or "cpu" not in arguments:
            continue
        for kind, count, more in lengths:
            stage = bench.folder / f"{size}.pickle"
            command = bench.program(
                "_wav2lip_worker.py", "--stage", stage, "--films", count, *arguments, *more
            )
            seen = watched(command)
            frames = sum(json.loads(line)["frames"] for _, line in seen.lines)
            print(
                f"| {words}: {kind} | {count * seconds / 60:.1f} | {seen.bytes / _MB:.0f} "
                f"| {frames / seen.seconds:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
