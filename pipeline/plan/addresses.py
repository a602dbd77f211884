"""URLs of services, as they may be shown: never with a password."""

from __future__ import annotations

import re

#: Stands for what is not shown.
HIDDEN = "…"
#: From the end of a user's name to the last @ before what follows the host: a password may hold anything.
_USERINFO = re.compile(r"^([^:/?#]+://)([^:/?#@]*):.*@", re.DOTALL)
_ALONE = re.compile(r"^([^:/?#]+://)[^:/?#@]+@")
#: Parameters that drivers of databases, Redis and queues take passwords by.
_PARAMETER = re.compile(
    r"([?&;](?:[a-z_]*pass(?:word|wd|phrase)?|[a-z_]*(?:secret|token))=)[^&;#]*", re.IGNORECASE
)


def without_password(url: str) -> str:
    """A URL that may be shown and logged: three dots stand where its passwords stood.

    The user's name stays, since it says which account is meant; one without a password goes where it may be
    a token, which it is nowhere in a database's URL.
    """
    shown = _USERINFO.sub(rf"\1\2:{HIDDEN}@", url)
    if shown == url:
        shown = url if url.startswith("postgres") else _ALONE.sub(rf"\1{HIDDEN}@", url)
    shown = _PARAMETER.sub(rf"\1{HIDDEN}", shown)
    # Where nobody can tell what is what, nothing is shown.
    return shown if "://" in shown or "@" not in shown else HIDDEN
