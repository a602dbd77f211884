"""Promises about log lines of commands: they never stand among the answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOGS = """
import os, logging, structlog
import farm.telemetry
from cli.logfile import keep_log_lines
keep_log_lines(os.environ)
structlog.get_logger("x").warning("speech-damaged", key="abc")
logging.getLogger("TTS").warning("a library speaks")
"""


def test_log_lines_go_into_a_file(tmp_path: Path) -> None:
    """Ours and those of libraries; neither stream bears them."""
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-c", _LOGS],
        env={"LECTERN_HOME": str(home), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    lines = (home / "logs/command.log").read_text("utf-8")
    assert "speech-damaged" in lines
    assert "a library speaks" in lines
