"""Whether a long film takes more memory than a short one.

    python bench/memory_join.py [--minutes 2,60] [--size 512]

Makes a film of distinct sentences for each length, in a fresh process each: speech, clips, join, captions.
Watches the memory of the whole process tree twenty times a second: anonymous pages, those that a fork shares
counted once, and each mapped file in full, once, whatever else runs here.
Target: the peak at 60 minutes is at most 5 % above the peak at 2 minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from _farm import Film, job_of, machine, settings_in
from _film import make, sentences

from farm.bootstrap import open_workshop
from farm.studio import Studio
from pipeline.plan.job import Format
from pipeline.steps.memory import MemoryDesk

# Of `sentences`, at the default voice and speed: 535 of them last 60 minutes.
_SENTENCES_A_MINUTE = 8.92
_LOOK_S = 0.05


def main() -> None:
    """Measure each length and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", default="2,60")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--make", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--stage", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        _make(given.make, given.size, given.stage)
        return
    print(machine())
    peaks = [_peak(minutes, given.size) for minutes in map(float, given.minutes.split(","))]
    print(f"the longest takes {100 * (peaks[-1] / peaks[0] - 1):+.1f} % against the shortest (target +5.0)")


def _make(minutes: float, size: int, stage: Path) -> None:
    picture = Format(width=size, height=size, fps=25)
    script = " ".join(sentences(round(minutes * _SENTENCES_A_MINUTE)))

    def tell(words: str) -> None:
        stage.write_text(words)

    with tempfile.TemporaryDirectory() as home, open_workshop(settings_in(Path(home))) as workshop:
        film = Film("film", script, picture)
        job = job_of(workshop, film)
        joined = make(workshop, Studio(workshop), job, MemoryDesk(), tell=tell)
    print(f"{joined.frames / picture.fps / 60:.1f} min", end="", flush=True)


def _peak(minutes: float, size: int) -> float:
    """The peak of the process tree that makes a film, in MiB."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    peaks: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder) / "stage"
        stage.write_text("begin")
        command = [sys.executable, __file__, "--make", str(minutes), "--size", str(size), "--stage"]
        with subprocess.Popen([*command, str(stage)], env=environment) as maker:
            while maker.poll() is None:
                now = stage.read_text() or "between"
                peaks[now] = max(peaks[now], _tree(maker.pid))
                time.sleep(_LOOK_S)
    if maker.returncode:
        raise SystemExit(maker.returncode)
    told = ", ".join(f"{stage} {peak / (1 << 20):.1f}" for stage, peak in peaks.items())
    peak = max(peaks.values()) / (1 << 20)
    print(f": peak {peak:.1f} MiB ({told})")
    return peak


def _tree(pid: int) -> int:
    """Bytes of a process and everything below it."""
    anonymous = 0
    mapped: Counter[str] = Counter()
    with contextlib.suppress(psutil.Error, OSError):
        watched = psutil.Process(pid)
        for process in (watched, *watched.children(recursive=True)):
            own, files = _held(process.pid)
            anonymous += own
            # The larger of two: between fork and exec a child maps what its parent maps.
            mapped |= files
    return anonymous + mapped.total()


def _held(pid: int) -> tuple[int, Counter[str]]:
    """Bytes of a process: its share of anonymous pages, and what is in memory of each mapped file."""
    anonymous = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss_Anon:"):
            anonymous = int(line.split()[1]) << 10
    files: Counter[str] = Counter()
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text("utf-8").splitlines():
        # A mapping begins with its addresses, permissions, offset, device and inode; its path may be empty.
        label, *rest = line.split(maxsplit=5)
        if not label.endswith(":"):
            name = "".join(rest[4:])
        elif label == "Rss:":
            files[name] += int(rest[0]) << 10
        elif label == "Anonymous:":
            files[name] -= int(rest[0]) << 10
    return anonymous, files


if __name__ == "__main__":
    main()
