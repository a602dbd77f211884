"""What checking and submitting a large batch takes: seconds, CPU seconds, memory of 1,000 and 10,000 rows.

    python bench/precheck.py [--runs 3]

A thousand rows with 50 portraits, and ten thousand with ten; each row has a script of its own, filled from
one template of about 600 characters, and every portrait is seen in two formats. The portraits are the demo's,
resized, turned and made lighter, so that no two are alike. Each run is a process of its own; CPU seconds, of
the check alone, and memory count the processes that look at portraits, too. "Serial" is the same on one core.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil
from _farm import break_ground, machine, settings_in

PORTRAITS = Path(__file__).resolve().parents[1] / "demo/portraits"
SIZES = ((1_000, 50), (10_000, 10))
TEMPLATE = " ".join(
    ["Hello {{name}}, and welcome to the team."]
    + [f"This is sentence number {number}, which every row of this batch shares." for number in range(8)]
    + ["See you on Monday, {{name}}."]
)


@dataclass(frozen=True)
class Figures:
    """What one run took."""

    check_s: float
    forecast_s: float
    submit_s: float
    cpu_s: float
    own_mb: float
    all_mb: float


def main() -> None:
    """Measure each size, side by side and serially, and print medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    print(machine())
    print(
        f"{'rows':>6} {'portraits':>9} {'':<12} {'check':>7} {'forecast':>8} {'submit':>7} {'CPU':>7}  memory"
    )
    peaks = {}
    for rows, portraits in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), rows, portraits)
            by_cores = {
                cores: [measured(Path(folder), cores) for _ in range(runs)]
                for cores in (len(os.sched_getaffinity(0)), 1)
            }
        for cores, figures in by_cores.items():
            middle = {
                name: statistics.median(getattr(each, name) for each in figures)
                for name in asdict(figures[0])
            }
            how = f"{cores} cores" if cores > 1 else "serial"
            times = [f"{middle[name]:.1f} s" for name in ("check_s", "forecast_s", "submit_s", "cpu_s")]
            memory = f"{middle['own_mb']:.0f} MB, {middle['all_mb']:.0f} MB with all processes"
            print(f"{rows:>6} {portraits:>9}  {how:<8}", *(f"{each:>8}" for each in times), f" {memory}")
            if cores > 1:
                peaks[rows] = middle["own_mb"]
    small, large = peaks.values()
    print(f"memory of {SIZES[1][0]} rows against {SIZES[0][0]}: {100 * (large / small - 1):+.0f} %")


def measured(folder: Path, cores: int) -> Figures:
    """Check, foretell and submit a batch in a new process that may use so many cores."""
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, __file__, "--submit", str(folder), home, str(cores)],
            stdout=subprocess.PIPE,
            text=True,
        )
        peak = _Peak(process.pid)
        told, _ = process.communicate()
        if process.returncode:
            raise SystemExit(process.returncode)
    return Figures(**json.loads(told), all_mb=peak.stop())


class _Peak:
    """The most memory that a process and all below it held together (proportional set size)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """End watching; the most, in megabytes."""
        self._ended.set()
        self._thread.join()
        return self._most / 1_000_000

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            try:
                process = psutil.Process(self._pid)
                held = sum(
                    each.memory_full_info().pss for each in (process, *process.children(recursive=True))
                )
            except psutil.Error:
                continue
            self._most = max(self._most, held)


def submit(folder: Path, home: Path, cores: int) -> None:
    """Check, foretell and submit the batch in a folder, and print the figures as JSON."""
    from farm.bootstrap import open_farm
    from farm.forecast import forecast
    from farm.precheck import admit, check
    from farm.submit import Manner, queue

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    settings = settings_in(home)
    break_ground(settings)
    with open_farm(settings) as farm:
        times = [time.monotonic()]
        admitted = admit(check(farm, folder / "batch.csv"))
        times.append(time.monotonic())
        own = resource.getrusage(resource.RUSAGE_SELF)
        below = resource.getrusage(resource.RUSAGE_CHILDREN)
        forecast(farm, admitted)
        times.append(time.monotonic())
        receipt = queue(farm, admitted, Manner())
        times.append(time.monotonic())
    if receipt.jobs != len(admitted.films):
        raise SystemExit(f"{receipt.jobs} jobs instead of {len(admitted.films)}")
    print(
        json.dumps(
            {
                "check_s": times[1] - times[0],
                "forecast_s": times[2] - times[1],
                "submit_s": times[3] - times[2],
                "cpu_s": own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime,
                "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            }
        )
    )


def write(folder: Path, rows: int, portraits: int) -> None:
    """A manifest, its template and its portraits."""
    found = [cv2.imread(str(path)) for path in sorted(PORTRAITS.glob("*.png"))]
    drawn = [picture for picture in found if picture is not None]
    for number in range(portraits):
        scale = 1 + 0.01 * (number // len(drawn))
        resized = cv2.resize(
            drawn[number % len(drawn)], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC
        )
        lighter = np.clip(resized.astype(np.int16) + number % 7, 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), lighter[:, :: -1 if number % 4 > 1 else 1])
    (folder / "script.txt").write_text(TEMPLATE)
    with (folder / "batch.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "script_file", "portrait", "format", "name"))
        for row in range(rows):
            size = ("square-720", "wide")[row // portraits % 2]
            writer.writerow((f"row{row}", "script.txt", f"{row % portraits}.png", size, f"Person {row}"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--submit"]:
        submit(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
