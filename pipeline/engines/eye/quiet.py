"""Keeps native libraries from writing their logs onto our standard error."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# What glog, absl, TensorFlow Lite and protobuf write while MediaPipe works, none of which is about us.
# The last one is protobuf 6 telling of a class that MediaPipe 0.10.21 looks for and can do without.
# A progress bar that is drawn meanwhile ends without a line break, so that noise may stand behind it.
_NOISE = re.compile(
    rb"(?:^[IWEF]\d{4} \d\d:\d\d|^[IWEF]0000 |WARNING: All log messages before absl|INFO: Created TensorFlow"
    rb"|AttributeError: 'MessageFactory' object has no attribute 'GetPrototype').*\n?"
)


@contextmanager
def quiet_native_logs() -> Iterator[None]:
    """Hold back what is written to file descriptor 2, then let through all that is not native noise.

    If the body fails, everything is let through. It holds for the whole process, so it belongs
    around a short body only.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    # Native code prints errors that end nothing by this hook: as text that is known here, not as a log line.
    told, sys.excepthook = sys.excepthook, sys.__excepthook__
    try:
        with tempfile.TemporaryFile() as held, warnings.catch_warnings():
            # MediaPipe uses protobuf as it was years ago, and protobuf tells everyone.
            warnings.filterwarnings("ignore", module=r"(google\.protobuf|mediapipe)\b")
            os.dup2(held.fileno(), 2)
            failed = True
            try:
                yield
                failed = False
            finally:
                sys.stderr.flush()
                os.dup2(kept, 2)
                held.seek(0)
                lines = [line if failed else _NOISE.sub(b"", line) for line in held]
                os.write(2, b"".join(lines))
    finally:
        sys.excepthook = told
        os.close(kept)
