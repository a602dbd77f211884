"""How what is posted to other programs is signed: HMAC-SHA256 over the time and the body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from pipeline.plan.errors import InputError

SIGNATURE, DELIVERY, EVENT = "Lectern-Signature", "Lectern-Delivery", "Lectern-Event"
#: A secret that is shorter could be guessed.
SHORTEST_SECRET = 16


def secrets_in(words: str) -> tuple[str, ...]:
    """The secrets that are set, with spaces between, the newest first.

    Raises:
        InputError: ``notice-secret-short``: there is none of at least 16 signs.
    """
    secrets = tuple(words.split())
    if not secrets or min(map(len, secrets)) < SHORTEST_SECRET:
        raise InputError("notice-secret-short", least=SHORTEST_SECRET)
    return secrets


def signed(secrets: Sequence[str], body: bytes, *, key: str, event: str, at_s: int) -> dict[str, str]:
    """The headers above a body of JSON.

    The signature is ``t=SECONDS,v1=HEX``, with one ``v1`` for each secret: HMAC-SHA256 (RFC 2104) over the
    seconds, a full stop and the body, so that neither can be changed, nor an old one be sent again.

    Args:
        secrets: of those who are posted to.
        body: as it is posted.
        key: its name for those who get it.
        event: what happened.
        at_s: the time, in seconds since the Unix epoch.
    """
    text = f"{at_s}.".encode() + body
    marks = [hmac.new(secret.encode(), text, hashlib.sha256).hexdigest() for secret in secrets]
    return {
        "Content-Type": "application/json; charset=utf-8",
        SIGNATURE: ",".join([f"t={at_s}", *(f"v1={mark}" for mark in marks)]),
        DELIVERY: key,
        EVENT: event,
    }
