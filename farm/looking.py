"""The program of a process that looks at pictures: ``python -P -m farm.looking DESCRIPTOR``.

It is started by `farm.lookers`, is asked over a socket, and ends when nobody holds the other end any more.
"""

from __future__ import annotations

import sys
import traceback
from multiprocessing.connection import Connection

from pipeline.loading import loading
from pipeline.plan.errors import LecternError

#: Its first word: everything that looking takes is loaded.
BEGUN = "begun"


def look(line: Connection) -> None:
    """Look at each picture that is asked for, in one thread; what is raised on the way is the answer."""
    with loading():
        import cv2

        from farm.portraits import Looker
        from pipeline.engines.shelf import eyes

    cv2.setNumThreads(1)
    looker = Looker(line.recv(), eyes())
    line.send(BEGUN)
    while True:
        sitting = line.recv()
        try:
            line.send(looker.look(sitting))
        except LecternError as error:
            line.send(error)


def main(descriptor: int) -> None:
    """Be such a process until its owner is gone."""
    with Connection(descriptor) as line:
        try:
            look(line)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return
        except Exception:  # noqa: BLE001 - whatever it is, it is told to the owner, and raised there
            line.send(traceback.format_exc())


if __name__ == "__main__":
    main(int(sys.argv[1]))
