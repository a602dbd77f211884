"""Promises about how messages are told: the system's own words too are in the reader's language."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from pipeline.plan.messages import Language, filled, remembered, tell

_MET = (
    errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTEMPTY,
    errno.EINVAL, errno.ENOEXEC, errno.ETXTBSY, errno.EACCES, errno.EPERM, errno.EOPNOTSUPP, errno.EROFS,
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO,
    errno.EREMOTEIO, errno.ENODEV, errno.ENXIO, errno.EBUSY, errno.ESTALE, errno.ENOTCONN, errno.EXDEV,
    errno.EUCLEAN, errno.EAGAIN, errno.EINTR, errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET,
    errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETUNREACH, errno.EPIPE,
)  # fmt: skip


@pytest.mark.parametrize("number", _MET, ids=errno.errorcode.get)
def test_what_the_system_says_is_told_in_chinese(number: int) -> None:
    """To who reads Chinese; in English its words stay, and so does what nobody has translated."""
    said = os.strerror(number)
    facts = {"path": "talk.txt", "reason": said}
    assert f"talk.txt cannot be read: {said}." == filled("command-file-unreadable", facts, "en")[0]
    what, _ = filled("command-file-unreadable", facts, "zh")
    assert said not in what
    assert what.startswith("无法读取 talk.txt：")
    assert not any(letter.isascii() and letter.isalpha() for letter in what.partition("：")[2])


def test_what_sqlite_says_is_told_in_chinese(tmp_path: Path) -> None:
    """A ledger in a folder that is not there."""
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(tmp_path / "nowhere" / "ledger.sqlite3")
    told = tell("ledger-away", {"place": "here", "reason": str(refused.value)}, "zh")
    assert told.startswith("无法访问位于 here 的账本：无法打开数据库文件。")


def test_a_reason_that_nobody_has_translated_stays_as_it_is() -> None:
    """Nothing is hidden."""
    facts = {"path": "talk.txt", "reason": "the moon is full"}
    assert "the moon is full" in filled("command-file-unreadable", facts, "zh")[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_another_version_stored_is_told_as_it_is(language: Language) -> None:
    """A code that has no words here, or words that ask for a fact which nobody kept then."""
    for code in ("archive-moonstruck", "archive-away"):
        what, cure = remembered(code, {"root": "/films"}, language)
        assert code in what
        assert "/films" in what
        assert cure == ""
    facts = {"root": "/films", "reason": "EIO"}
    assert remembered("archive-away", facts, language) == filled("archive-away", facts, language)
