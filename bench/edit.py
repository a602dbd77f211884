"""What it costs to change one sentence of a finished film.

    python bench/edit.py [--minutes 10] [--sizes 512,1080] [--runs 3]

Makes a film of distinct sentences, then changes one sentence several times and makes it again; counts CPU
seconds of this process and everything below it, engines warm. Targets: exactly one clip rendered and one
sound encoded; beside those two at most 3 core-seconds; in all at most 5 % of the first render at 1080, 10 %
at 512. Prints the median of the changes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from _farm import Film, job_of, machine, settings_in, spent_s
from _film import CountingDesk, make, sentences

from farm.bootstrap import Workshop, open_workshop
from farm.studio import Studio
from pipeline.plan.artifact import Kind
from pipeline.plan.job import Format
from pipeline.steps.memory import MemoryDesk

_SENTENCES_A_MINUTE = 10


def main() -> None:
    """Measure each size and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sizes", default="512,1080")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print(machine())
    for size in map(int, given.sizes.split(",")):
        picture = Format(width=size, height=size, fps=25)
        with tempfile.TemporaryDirectory() as home, open_workshop(settings_in(Path(home))) as workshop:
            _measure(workshop, picture, minutes=given.minutes, runs=given.runs)


def _measure(workshop: Workshop, picture: Format, *, minutes: float, runs: int) -> None:
    studio, desk = Studio(workshop), CountingDesk()
    told = sentences(round(minutes * _SENTENCES_A_MINUTE))
    # Engines are warm in a worker: one short film before anything is counted.
    warm = Film("warm", "We begin with a few words.", picture)
    make(workshop, studio, job_of(workshop, warm), MemoryDesk())
    begun = spent_s(os.getpid())
    frames = make(workshop, studio, job_of(workshop, Film("film", " ".join(told), picture)), desk).frames
    first_s = spent_s(os.getpid()) - begun
    print(
        f"{picture.width}: {frames / picture.fps / 60:.1f} min, {desk.made[Kind.CLIP]} clips, {first_s:.1f} s"
    )
    edits = []
    for run in range(runs):
        changed = list(told)
        changed[(run + 1) * len(told) // (run + 3)] = f"This is change number {run + 1}, made long after."
        edits.append(_edit(workshop, studio, desk, Film("film", " ".join(changed), picture)))
    whole_s = statistics.median(whole for whole, _, _ in edits)
    beside_s = statistics.median(whole - clip - sound for whole, clip, sound in edits)
    clip_s, sound_s = (statistics.median(edit[part] for edit in edits) for part in (1, 2))
    print(
        f"  one sentence changed: {whole_s:.1f} s = clip {clip_s:.1f} + sound {sound_s:.1f} + beside "
        f"{beside_s:.1f} (target 3.0); {100 * whole_s / first_s:.1f} % of the first render"
    )


def _edit(workshop: Workshop, studio: Studio, desk: CountingDesk, film: Film) -> tuple[float, float, float]:
    """Make a changed film: CPU seconds in all, for its new clip, for its sound."""
    made, machine_ms = desk.made.copy(), desk.machine_ms.copy()
    begun = spent_s(os.getpid())
    make(workshop, studio, job_of(workshop, film), desk)
    whole_s = spent_s(os.getpid()) - begun
    new = desk.made - made
    if new[Kind.CLIP] != 1 or new[Kind.AUDIO] != 1:
        raise RuntimeError(f"made {dict(new)}")
    spent = desk.machine_ms - machine_ms
    return whole_s, spent[Kind.CLIP] / 1000, spent[Kind.AUDIO] / 1000


if __name__ == "__main__":
    main()
