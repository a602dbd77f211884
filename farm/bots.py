r"""Messages of chat robots in the documented forms of WeCom, DingTalk and Feishu, signed where they ask.

WeCom: "Group robot" of the developer centre; markdown of at most 4,096 bytes.
DingTalk: "Custom robot access"; signed by HMAC-SHA256 of ``timestamp\nsecret`` under the secret, both as
parameters of the address; a message of at most 20,000 bytes.
Feishu: "Custom bot guide"; signed by HMAC-SHA256 of nothing under ``timestamp\nsecret``, both in the body; a
body of at most 20 KB.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

#: What a message may have in bytes of UTF-8, with room for what stands around it in JSON.
WECOM_BYTES, DINGTALK_BYTES, FEISHU_BYTES = 4_096, 18_000, 18_000


@dataclass(frozen=True, kw_only=True, repr=False)
class Message:
    """What is posted: the address as it is asked for, which may hold a signature, and the body."""

    url: str
    body: bytes


#: Makes a message of an address, a secret (empty: unsigned), a title, lines and the time in milliseconds.
Maker = Callable[[str, str, str, Sequence[str], int], Message]


def wecom(url: str, secret: str, title: str, lines: Sequence[str], now_ms: int) -> Message:
    """A message of a WeCom group robot, which is told by its address alone."""
    _ = secret, now_ms
    text = "\n".join((f"**{title}**", *lines))
    return _message(url, {"msgtype": "markdown", "markdown": {"content": text}})


def dingtalk(url: str, secret: str, title: str, lines: Sequence[str], now_ms: int) -> Message:
    """A message of a DingTalk custom robot."""
    # Only an empty line begins a new one in its markdown.
    text = "\n\n".join((f"#### {title}", *lines))
    signed = url
    if secret:
        proof = _hmac(secret, f"{now_ms}\n{secret}")
        signed = f"{url}{'&' if '?' in url else '?'}timestamp={now_ms}&sign={quote(proof, safe='')}"
    return _message(signed, {"msgtype": "markdown", "markdown": {"title": title, "text": text}})


def feishu(url: str, secret: str, title: str, lines: Sequence[str], now_ms: int) -> Message:
    """A message of a Feishu custom bot."""
    told: dict[str, object] = {"msg_type": "text", "content": {"text": "\n".join((title, *lines))}}
    if secret:
        seconds = now_ms // 1000
        told = {"timestamp": str(seconds), "sign": _hmac(f"{seconds}\n{secret}", ""), **told}
    return _message(url, told)


def _message(url: str, told: Mapping[str, object]) -> Message:
    return Message(url=url, body=json.dumps(told, ensure_ascii=False).encode())


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def fitting(lines: Sequence[str], most_bytes: int, rest: str) -> tuple[str, ...]:
    """So many whole lines as fit, and then `rest` where some do not.

    Args:
        lines: the lines; one alone that is too long is cut within.
        most_bytes: of UTF-8, with two for the end of each line.
        rest: says that there is more, and where.
    """
    if sum(len(line.encode()) + 2 for line in lines) <= most_bytes:
        return tuple(lines)
    room = most_bytes - len(rest.encode()) - 2
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 2
        if room < 0:
            if not kept:
                kept.append(line.encode()[: max(0, room + len(line.encode()))].decode(errors="ignore"))
            break
        kept.append(line)
    return (*kept, rest)


def is_taken(body: bytes) -> str:
    """Why a robot did not take a message, in its own words; empty: it took it.

    They answer 200 to everything, and say in the body what they think of it: ``errcode`` (WeCom, DingTalk)
    or ``code`` (Feishu), 0 for well.
    """
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    number = told.get("errcode", told.get("code", told.get("StatusCode", 0)))
    if number in {0, "0"}:
        return ""
    words = " ".join(str(told.get("errmsg", told.get("msg", ""))).split())
    return f"{number} {words}"[:200].strip()
