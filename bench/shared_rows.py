"""Personalised films: what their common sentences cost when hundreds of rows share them.

    python bench/shared_rows.py [--rows 200] [--own-rows 10] [--workers 8] [--picture 1920x1080] [--quick]

Two batches run on a farm of so many workers. In the first, nine sentences of ten are the same in each row and
one carries the name; in the second, every sentence is the row's own. Told: clips rendered and utterances
spoken against the distinct ones, which have to be equal, exactly; and the shared batch's machine time as a
share of what as many rows of their own cost, at most 20 % at 1080p. A row of its own costs what any other
does, so `--own-rows` of them are measured and scaled up; with `--own-rows 200` nothing is scaled.
`--quick` takes 24 rows at 256x256: the counts are exact, the share is not the one that was promised.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from _farm import Film, ask, break_ground, finish, machine, number, settings_in, submit

from farm.bootstrap import Farm, open_farm
from pipeline.plan.job import Format
from worker.up import running_farm

_MADE = (
    "SELECT count(*) FROM makings m JOIN steps s ON s.id = m.step_id "
    "WHERE s.batch_id = :batch AND m.kind = :kind"
)
# Head and tail of a film are silence, and may have been made for an earlier batch.
_DISTINCT = (
    "SELECT count(DISTINCT a.id) FROM uses u JOIN artifacts a ON a.id = u.artifact_id "
    "JOIN steps s ON s.id = u.step_id WHERE s.batch_id = :batch AND a.kind = :kind AND NOT EXISTS "
    "(SELECT 1 FROM makings m JOIN steps t ON t.id = m.step_id "
    "WHERE m.kind = a.kind AND m.key = a.key AND t.batch_id < :batch)"
)
_MACHINE = (
    "SELECT sum(a.machine_ms) FROM attempts a JOIN steps s ON s.id = a.step_id WHERE s.batch_id = :batch"
)


def batch(name: str, rows: int, sentences: int, picture: Format, *, shared: bool) -> list[Film]:
    """Films of so many sentences; when they share them, only the first carries the row's number."""
    made = []
    for row in range(rows):
        own = f"Dear {name} customer number {row}, we have good news for you today."
        case = "" if shared else f" of case {row}"
        rest = [
            f"In the {name} matter, point {n}{case}, you only need to know this." for n in range(1, sentences)
        ]
        made.append(Film(f"{name}{row}", " ".join([own, *rest]), picture))
    return made


def run(farm: Farm, films: list[Film], name: str) -> float:
    """Make a batch, print what it took, and give its machine time in seconds."""
    begun = time.monotonic()
    which = submit(farm, films)
    finish(farm, which)
    took = time.monotonic() - begun
    spent = number(farm, _MACHINE, batch=which) / 1000
    print(f"{name}: {len(films)} films, {spent:.0f} core-s of machine time, {took:.0f} s")
    for kind in ("clip", "speech"):
        made = number(farm, _MADE, batch=which, kind=kind)
        distinct = number(farm, _DISTINCT, batch=which, kind=kind)
        verdict = "exactly" if made == distinct else "NOT EQUAL"
        print(f"  {kind}: {made} made, {distinct} distinct: {verdict}")
    again = ask(farm, "SELECT kind, key FROM makings GROUP BY kind, key HAVING count(*) > 1")
    print(f"  made more than once: {len(again)}")
    return spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--own-rows", type=int, default=10)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--sentences", type=int, default=10)
    parser.add_argument("--picture", default="1920x1080")
    parser.add_argument("--quick", action="store_true", help="24 rows at 256x256")
    given = parser.parse_args()
    rows, own_rows, size = given.rows, given.own_rows, given.picture
    if given.quick:
        rows, own_rows, size = 24, 6, "256x256"
    width, height = map(int, size.split("x"))
    picture = Format(width=width, height=height, fps=25)
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        settings = settings_in(Path(scratch) / "home", WORKER__COUNT=str(given.workers))
        break_ground(settings)
        with running_farm(settings, patience_s=180), open_farm(settings) as farm:
            # Engines are opened and the portrait is looked at before anything is measured.
            finish(farm, submit(farm, batch("warm", 2 * given.workers, 2, picture, shared=False)))
            shared = run(farm, batch("shared", rows, given.sentences, picture, shared=True), "shared")
            own = run(farm, batch("own", own_rows, given.sentences, picture, shared=False), "each its own")
    share = shared / (own * rows / own_rows)
    print(f"{rows} shared rows against as many of their own: {share:.1%} of the machine time")
    print("target: at most 20 % at 1080p")


if __name__ == "__main__":
    main()
