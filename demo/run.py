"""The demo: a farm of its own in demo/out renders demo/batch.csv while you watch, and stops cleanly.

Each line that begins with `$` is a command that you can type yourself; set LECTERN_HOME as shown first.
"""

from __future__ import annotations

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
HOME = OUT / "home"
FILMS = OUT / "films"
LECTERN = Path(sys.executable).with_name("lectern")


def main() -> int:
    """Render the batch and tell where its films are; the exit code of the batch."""
    begun = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    environment = {
        **os.environ,
        "LECTERN_HOME": str(HOME),
        "LECTERN_ARCHIVE__ROOT": str(FILMS),
        "LECTERN_FLOWER__PORT": "0",
    }
    print(f"export LECTERN_HOME={HOME} LECTERN_ARCHIVE__ROOT={FILMS}", flush=True)
    for words in (("db", "upgrade"), ("archive", "init")):
        code = run(words, environment)
        if code:
            return code
    with farm(environment):
        code = run(("submit", str(HERE / "batch.csv"), "--watch"), environment)
    films = sorted(FILMS.glob("*/*.mp4"))
    print(f"\n{len(films)} films in {time.monotonic() - begun:.0f} seconds, in {FILMS}:")
    for film in films:
        print(f"  {film}")
    return code


def run(words: tuple[str, ...], environment: Mapping[str, str]) -> int:
    """Run one command as a person would; its exit code."""
    print(f"\n$ lectern {' '.join(words)}", flush=True)
    return subprocess.run([str(LECTERN), *words], env=environment, check=False).returncode  # noqa: S603 - our own


@contextmanager
def farm(environment: Mapping[str, str]) -> Generator[None]:
    """A farm that is up within the block; afterwards none of its processes is left."""
    print("\n$ lectern up &", flush=True)
    process = subprocess.Popen([str(LECTERN), "up"], env=environment, start_new_session=True)  # noqa: S603 - our own
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
