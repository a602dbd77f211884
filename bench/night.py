"""The night: how long 300 films of two minutes take on two cores, extrapolated from a few of them.

    python bench/night.py [--films 6] [--seconds 120] [--picture 1920x1080] [--night 300] [--quick]

Runs a real farm with two workers, its processes kept on two cores, and submits films of distinct sentences,
as many as two minutes hold; no film shares a sentence with another. Told: seconds from submission until the
last film is in the archive, and what that makes for a night's films of two minutes each; at most 4 hours.
Engines are opened by a small batch before. The picture is the drawn portrait of the demo, motion included.
`--quick` makes two films of 10 seconds at 640x360: it shows that all works, the hours are not the promised
ones.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from _farm import Film, break_ground, finish, machine, number, settings_in, submit
from _film import sentences

from farm.bootstrap import open_farm
from pipeline.plan.job import Format
from worker.up import running_farm

_CORES = 2
_FPS = 25
_FILM_S = 120
_TARGET_H = 4
# A sentence of `sentences` lasts about so long, its pause included.
_SENTENCE_S = 6.8
_FRAMES = "SELECT sum(frames) FROM jobs WHERE batch_id = :batch"
_MACHINE = (
    "SELECT sum(a.machine_ms) FROM attempts a JOIN steps s ON s.id = a.step_id WHERE s.batch_id = :batch"
)


def films(name: str, count: int, seconds: float, picture: Format) -> list[Film]:
    """Films of about so many seconds; each sentence carries its film's number."""
    told = sentences(max(1, round(seconds / _SENTENCE_S)))
    return [
        Film(f"{name}{row}", " ".join(f"In {name} {row}: {one}" for one in told), picture)
        for row in range(count)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--films", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=_FILM_S)
    parser.add_argument("--picture", default="1920x1080")
    parser.add_argument("--night", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help="two films of 10 seconds at 640x360")
    given = parser.parse_args()
    count, seconds, size = given.films, given.seconds, given.picture
    if given.quick:
        count, seconds, size = 2, 10, "640x360"
    width, height = map(int, size.split("x"))
    picture = Format(width=width, height=height, fps=_FPS)
    cores = sorted(os.sched_getaffinity(0))[:_CORES]
    # Whatever the machine has, every process of the farm inherits these.
    os.sched_setaffinity(0, cores)
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        settings = settings_in(Path(scratch) / "home", WORKER__COUNT=str(_CORES))
        break_ground(settings)
        with running_farm(settings, patience_s=180), open_farm(settings) as farm:
            finish(farm, submit(farm, films("warming", 2 * _CORES, 3, picture)))
            begun = time.monotonic()
            batch = submit(farm, films("film", count, seconds, picture))
            finish(farm, batch)
            took = time.monotonic() - begun
            shown = number(farm, _FRAMES, batch=batch) / _FPS
            spent = number(farm, _MACHINE, batch=batch) / 1000
    night = took / shown * _FILM_S * given.night / 3600
    print(
        f"{count} films, {shown:.0f} s of {size} together: {took:.0f} s, {spent:.0f} core-s of machine time"
    )
    print(f"{shown / took:.2f} s of film a second on {len(cores)} cores")
    print(f"{given.night} films of {_FILM_S} s: {night:.2f} hours; target: at most {_TARGET_H}")


if __name__ == "__main__":
    main()
