"""Run as a program: makes a film in a process of its own and tells what came out.

python -m tests.films.make HOME SCRIPT --limit-s 30 --threads 4 --half
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2

from pipeline.plan import chunks
from tests.films.cinema import Cinema


def main() -> None:
    """Make the film; print the digests of its clips and its essence as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("script", type=Path)
    parser.add_argument("--limit-s", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument(
        "--half", action="store_true", help="make every second clip first, the last one first"
    )
    given = parser.parse_args()
    cv2.setNumThreads(given.threads)
    with Cinema(given.home) as cinema:
        job = cinema.order(given.script.read_text("utf-8"))
        _, timeline = cinema.speak(job)
        if given.half:
            last = len(timeline.utterances) - 1
            cinema.render(job, timeline, [range(index, index + 1) for index in range(last, -1, -2)])
        cinema.render(job, timeline, chunks.cut(timeline, limit_s=given.limit_s))
        film = cinema.join(job, timeline)
    print(json.dumps({"clips": film.digests, "essence": film.made.essence}))  # noqa: T201 - the program's answer


if __name__ == "__main__":
    main()
