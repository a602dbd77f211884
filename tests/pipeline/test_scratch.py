"""Promises about folders that last no longer than the work on them."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipeline.scratch import scratch_folder, sweep

#: Holds a folder with something in it until it is killed.
_HOLDER = """
import sys, time
from pathlib import Path
from pipeline.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "below").mkdir()
    (folder / "below" / "sound.raw").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_folder_of_a_killed_process_is_swept_and_no_other(tmp_path: Path) -> None:
    """Kill -9 leaves one behind; whoever sweeps takes it away, and nothing that a living process holds."""
    others = tmp_path / f"lectern-{socket.gethostname()}-b-0123456789abcdef"
    others.mkdir()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "film.mp4").write_bytes(b"film")
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder.stdout:
        folder = Path(holder.stdout.readline().strip())
    (folder / "link").symlink_to(kept)
    link = folder.with_name(folder.name[:-1] + "x")
    link.symlink_to(kept)
    with scratch_folder(tmp_path) as mine:
        assert sweep(tmp_path) == 0
        holder.kill()
        holder.wait()
        assert sweep(tmp_path) == 1
        assert mine.is_dir()
    assert not folder.exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([others.name, kept.name, link.name])
    assert (kept / "film.mp4").read_bytes() == b"film"


def test_a_folder_goes_with_what_was_done_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is nobody's to look into but its owner's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch_folder() as folder:
        assert (folder.parent, folder.stat().st_mode & 0o777) == (tmp_path, 0o700)
        (folder / "file").touch()
    assert not list(tmp_path.iterdir())
