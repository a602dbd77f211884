"""Names that overwrite nothing, with hard links and without."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipeline.durable import Trouble, digest_of, give_name, sync_folder, trouble


@pytest.mark.parametrize("links", [True, False])
def test_a_name_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool) -> None:
    """The first part gets the name; the second is told that it is taken, and what lies there stays."""

    def refuse(_part: Path, _final: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    one, two, final = (tmp_path / name for name in ("1.part", "2.part", "final"))
    one.write_text("one")
    two.write_text("two")
    assert give_name(one, final)
    assert not give_name(two, final)
    sync_folder(tmp_path)
    assert final.read_text() == "one"
    assert two.read_text() == "two"


def test_a_disk_without_folder_sync_is_good_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that knows no fsync of a folder is used; any other failure is told."""

    def refuse(number: int) -> None:
        def fsync(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fsync)

    refuse(errno.EINVAL)
    sync_folder(tmp_path)
    refuse(errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        sync_folder(tmp_path)


def test_failures_are_told_apart(tmp_path: Path) -> None:
    """No room, out of reach, or something else, in the system's words."""
    assert trouble(OSError(errno.ENOSPC, "")) == (Trouble.FULL, os.strerror(errno.ENOSPC))
    assert trouble(OSError(errno.ESTALE, "")) == (Trouble.AWAY, os.strerror(errno.ESTALE))
    assert trouble(OSError("nothing known")) == (Trouble.OTHER, os.strerror(errno.EIO))
    with pytest.raises(FileNotFoundError):
        digest_of(tmp_path / "nothing")
