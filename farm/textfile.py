"""Text files as people save them: UTF-8, UTF-16 with a byte order mark, or GB18030."""

from __future__ import annotations


def decode(data: bytes) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        InputError: ``manifest-encoding`` or ``manifest-nul``.
    """
    raise NotImplementedError
