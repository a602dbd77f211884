"""The demo: a farm of its own in demo/out renders demo/batch.csv while you watch, and stops cleanly.

Each line that begins with `$` is a command that you can type yourself; set LECTERN_HOME as shown first.
`python demo/run.py my.csv --out my_folder` does the same with a batch of yours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
LECTERN = Path(sys.executable).with_name("lectern")
#: Says that a folder is a demo's own, so that nothing else is ever cleared away.
MARK = ".lectern-demo"


def main() -> int:
    """Render the batch and tell where its films are; the exit code of the batch."""
    parser = argparse.ArgumentParser(description="Render a batch on a farm that lives as long as it takes.")
    parser.add_argument("manifest", nargs="?", type=Path, default=HERE / "batch.csv", help="demo/batch.csv")
    parser.add_argument("--out", type=Path, default=OUT, help="a folder of its own: demo/out")
    given = parser.parse_args()
    begun = time.monotonic()
    out = given.out.resolve()
    if not cleared(out):
        print(f"{out} is not empty and no earlier demo's; choose another folder with --out", file=sys.stderr)
        return 2
    home, films = out / "home", out / "films"
    environment = {
        **os.environ,
        "LECTERN_HOME": str(home),
        "LECTERN_ARCHIVE__ROOT": str(films),
        "LECTERN_FLOWER__PORT": "0",
        # Another farm may be up on this machine.
        **{f"LECTERN_METRICS__{who}_PORT": "0" for who in ("DISPATCHER", "WORKER", "WATCHDOG")},
    }
    print(f"export LECTERN_HOME={home} LECTERN_ARCHIVE__ROOT={films}", flush=True)
    for words in (("db", "upgrade"), ("archive", "init")):
        code = run(words, environment)
        if code:
            return code
    with farm(environment, log=out / "up.log"):
        code = run(("submit", str(given.manifest), "--yes", "--watch"), environment)
    made = sorted(films.glob("*/*.mp4"))
    print(f"\n{len(made)} films in {time.monotonic() - begun:.0f} seconds, in {films}:")
    for film in made:
        print(f"  {film}")
    return code


def cleared(out: Path) -> bool:
    """Make the folder empty if it is a demo's own; False if it holds anything else."""
    if out.exists() and any(out.iterdir()):
        if out != OUT and not (out / MARK).is_file():
            return False
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()
    return True


def run(words: tuple[str, ...], environment: Mapping[str, str]) -> int:
    """Run one command as a person would; its exit code."""
    print(f"\n$ lectern {' '.join(words)}", flush=True)
    return subprocess.run([str(LECTERN), *words], env=environment, check=False).returncode  # noqa: S603 - our own


@contextmanager
def farm(environment: Mapping[str, str], *, log: Path) -> Generator[None]:
    """A farm that is up within the block; afterwards none of its processes is left."""
    print(f"\n$ lectern up > {log} 2>&1 &", flush=True)
    with log.open("wb") as told:
        process = subprocess.Popen(  # noqa: S603 - our own
            [str(LECTERN), "up"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        print("\nStopping the farm ...", flush=True)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
