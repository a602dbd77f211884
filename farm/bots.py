r"""Messages of chat robots in the documented forms of WeCom, DingTalk and Feishu, signed where they ask.

WeCom: "Group robot" of the developer centre (document/path/91770); markdown of at most 4,096 bytes of UTF-8,
20 messages a minute.
DingTalk: "Custom robot access"; signed by HMAC-SHA256 of ``timestamp\nsecret`` under the secret, both as
parameters of the address; a message of at most 20,000 bytes, 20 of them a minute.
Feishu: "Custom bot guide"; signed by HMAC-SHA256 of nothing under ``timestamp\nsecret``, both in the body; a
body of at most 20 KB, 5 a second and 100 a minute.

All of them answer 200 to nearly everything, and say in the body what they think of it.
"""

from __future__ import annotations

import base64
import bisect
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote


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


def _whole(message: Message) -> int:
    return len(message.body)


def _markdown(message: Message) -> int:
    return len(json.loads(message.body)["markdown"]["content"].encode())


@dataclass(frozen=True, kw_only=True)
class Robot:
    """What a robot takes.

    Attributes:
        make: makes a message of it.
        most_bytes: how long that may be.
        measure: how long it is, as the robot counts.
    """

    make: Maker
    most_bytes: int
    measure: Callable[[Message], int]


ROBOTS: Mapping[str, Robot] = {
    "wecom": Robot(make=wecom, most_bytes=4_096, measure=_markdown),
    "dingtalk": Robot(make=dingtalk, most_bytes=20_000, measure=_whole),
    "feishu": Robot(make=feishu, most_bytes=20_000, measure=_whole),
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """What is told: its title, its lines, and what stands below them where some had to be left out."""

    title: str
    lines: Sequence[str]
    rest: str


def message(robot: Robot, text: Text, url: str, secret: str, now_ms: int) -> Message:
    """A message that the robot takes: so many whole lines as fit, and then the rest's.

    Nothing in the lines can call people by name: ``<at ...>`` and ``<@...>`` are no more than text. Nor does
    a line begin with spaces, which DingTalk shows as code.
    """
    plain = [line.strip().replace("<", "＜") for line in text.lines]

    def made(lines: Sequence[str]) -> Message:
        return robot.make(url, secret, text.title, lines, now_ms)

    def fits(lines: Sequence[str]) -> bool:
        return robot.measure(made(lines)) <= robot.most_bytes

    if fits(plain):
        return made(plain)
    kept = _most(len(plain), lambda count: fits([*plain[:count], text.rest]))
    if kept:
        return made([*plain[:kept], text.rest])
    # Not even the first line fits: it is cut within.
    first = plain[0]
    kept = _most(len(first), lambda count: fits([first[:count], text.rest]))
    return made([first[:kept], text.rest])


def _most(count: int, fits: Callable[[int], bool]) -> int:
    """The largest number below a count with which it still fits; 0 also where nothing does."""
    return bisect.bisect_left(range(1, count), 1, key=lambda number: int(not fits(number)))


#: What is wrong where a robot says so, by its number; of one number, by a word that stands beside it.
_TROUBLES: Mapping[str, str] = {
    "45009": "often", "130101": "often", "11232": "often", "1111": "often",
    "93000": "gone", "300001": "gone", "300005": "gone", "19001": "gone",
    "19021": "sign", "19024": "keyword", "19022": "from-where", "40058": "form", "9499": "form",
}  # fmt: skip
_BESIDE: Mapping[str, str] = {"keyword": "keyword", "sign": "sign", "timestamp": "sign", "ip ": "from-where"}
_DINGTALK_SAFETY = "310000"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a robot did not take a message: in its own words, and by Lectern's word for it, empty for none."""

    told: str
    trouble: str = ""


def refusal_in(body: bytes) -> Refusal | None:
    """Why a robot did not take a message; None: it says that it did.

    That is ``errcode`` (WeCom, DingTalk), ``code`` or ``StatusCode`` (Feishu) of 0; whoever answers anything
    else, such as a page of a proxy, has shown the message to nobody.
    """
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Refusal(told=" ".join(body.decode(errors="replace").split())[:80] or "?")
    names = ("errcode", "code", "StatusCode", "status")
    number = str(next((told[name] for name in names if name in told), "?"))
    if number == "0":
        return None
    said = next((told[name] for name in ("errmsg", "msg", "StatusMessage", "punish") if name in told), "")
    words = " ".join(str(said).split())
    trouble = _TROUBLES.get(number, "")
    if number == _DINGTALK_SAFETY:
        trouble = next((each for word, each in _BESIDE.items() if word in words.casefold()), "")
    return Refusal(told=f"{number} {words}"[:200].strip(), trouble=trouble)
