"""Submitting 10,000 rows that share two portraits: seconds, and the memory of 1,000 against 10,000 rows.

Each row has a script of its own, filled from one template of about 600 characters.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PORTRAITS = Path(__file__).resolve().parents[1] / "demo/portraits"
RUNS = 3
SIZES = (1_000, 10_000)
TEMPLATE = " ".join(
    ["Hello {{name}}, and welcome to the team."]
    + [f"This is sentence number {number}, which every row of this batch shares." for number in range(8)]
    + ["See you on Monday, {{name}}."]
)


def main() -> None:
    """Measure each size in processes of their own, and print medians."""
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    peaks = {}
    for rows in SIZES:
        runs = [measured(rows) for _ in range(RUNS)]
        seconds = statistics.median(run["seconds"] for run in runs)
        peaks[rows] = statistics.median(run["peak_mb"] for run in runs)
        print(f"{rows:>6} rows: {seconds:.1f} s, peak {peaks[rows]:.0f} MB (medians of {RUNS})")
    small, large = (peaks[rows] for rows in SIZES)
    print(f"memory at {SIZES[1]} rows: {100 * (large / small - 1):+.1f} % against {SIZES[0]}")


def measured(rows: int) -> dict[str, float]:
    """Submit so many rows in a new process; its time and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, str(rows), folder], check=True, capture_output=True, text=True
        )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def submit(rows: int, folder: Path) -> None:
    """Submit so many rows from a folder, and print the figures as JSON."""
    from db import migrate
    from db.engine import connect
    from farm.bootstrap import open_farm, settings_of
    from farm.submit import Manner
    from farm.submit import submit as submit_batch

    home = folder / "home"
    home.mkdir()
    settings = settings_of({"LECTERN_HOME": str(home)})
    engine = connect(settings.ledger_url)
    migrate.upgrade(engine)
    engine.dispose()
    manifest = write(rows, folder)
    with open_farm(settings) as farm:
        begun = time.monotonic()
        receipt = submit_batch(farm, manifest, Manner())
        seconds = time.monotonic() - begun
    if receipt.jobs != rows:
        raise SystemExit(f"{receipt.jobs} jobs instead of {rows}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


def write(rows: int, folder: Path) -> Path:
    """The manifest, its template and both portraits."""
    for portrait in PORTRAITS.glob("*.png"):
        (folder / portrait.name).write_bytes(portrait.read_bytes())
    (folder / "script.txt").write_text(TEMPLATE)
    manifest = folder / "batch.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "script_file", "portrait", "format", "name"))
        for row in range(rows):
            name = ("astronaut.png", "leo.png")[row % 2]
            writer.writerow((f"row{row}", "script.txt", name, "square-512", f"Person {row}"))
    return manifest


if __name__ == "__main__":
    if len(sys.argv) > 1:
        submit(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
