"""Promises about messages of robots: the documented forms and signatures, and never more than they take."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from farm.bots import ROBOTS, Refusal, Text, dingtalk, feishu, message, refusal_in, wecom
from farm.morningwords import MorningWords

_NOW = 1_764_000_000_123


def test_wecom_gets_markdown() -> None:
    """As https://developer.work.weixin.qq.com/document/path/91770 has it."""
    made = wecom("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "", "报告", ["a", "b"], _NOW)
    assert made.url.endswith("?key=k")
    assert json.loads(made.body) == {"msgtype": "markdown", "markdown": {"content": "**报告**\na\nb"}}


def test_dingtalk_is_signed_in_the_address() -> None:
    """By HMAC-SHA256 of timestamp, line feed and secret under the secret, in base64, escaped."""
    made = dingtalk("https://oapi.dingtalk.com/robot/send?access_token=t", "SECabc", "T", ["a", "b"], _NOW)
    asked = parse_qs(urlsplit(made.url).query, strict_parsing=True)
    proof = hmac.new(b"SECabc", f"{_NOW}\nSECabc".encode(), hashlib.sha256).digest()
    assert asked == {
        "access_token": ["t"],
        "timestamp": [str(_NOW)],
        "sign": [base64.b64encode(proof).decode()],
    }
    told = {"title": "T", "text": "#### T\n\na\n\nb"}
    assert json.loads(made.body) == {"msgtype": "markdown", "markdown": told}
    assert dingtalk("https://x/?a=b", "", "T", [], _NOW).url == "https://x/?a=b"


def test_feishu_is_signed_in_the_body() -> None:
    """By HMAC-SHA256 of nothing under timestamp, line feed and secret; the timestamp is in seconds."""
    made = feishu("https://open.feishu.cn/open-apis/bot/v2/hook/x", "abc", "T", ["a"], _NOW)
    proof = hmac.new(b"1764000000\nabc", b"", hashlib.sha256).digest()
    assert json.loads(made.body) == {
        "timestamp": "1764000000",
        "sign": base64.b64encode(proof).decode(),
        "msg_type": "text",
        "content": {"text": "T\na"},
    }
    assert "sign" not in json.loads(feishu("https://x", "", "T", [], _NOW).body)


@pytest.mark.parametrize(("way", "most"), [("wecom", 4_096), ("dingtalk", 20_000), ("feishu", 20_000)])
@pytest.mark.parametrize("line", ["短", '  "quoted" \\ lines \t', "plain " * 300])
def test_a_report_is_cut_and_never_refused(way: str, most: int, line: str) -> None:
    """However long it is, and whatever JSON makes of it: what the robot counts is what it takes, and full."""
    lines = [f"{number} {line}" for number in range(3000)]
    told = Text(title="报告", lines=lines, rest="rest: see lectern report")
    made = message(ROBOTS[way], told, "https://x/?k=1", "s", _NOW)
    document = json.loads(made.body)
    parts = document["content"] if way == "feishu" else document["markdown"]
    text = parts["content"] if way == "wecom" else parts["text"]
    measured = len(text.encode()) if way == "wecom" else len(made.body)
    assert most - 2 * len(line.encode()) - 50 < measured <= most
    shown = [each for each in text.splitlines() if each]
    assert shown[-1] == "rest: see lectern report"
    assert shown[1:-1] == [each.strip() for each in lines[: len(shown) - 2]]


def test_a_line_that_is_too_long_alone_is_cut_within() -> None:
    """Rather than not shown at all."""
    told = Text(title="T", lines=["长" * 9000], rest="rest")
    made = message(ROBOTS["wecom"], told, "https://x", "", _NOW)
    assert json.loads(made.body)["markdown"]["content"] == f"**T**\n{'长' * 1361}\nrest"


def test_what_fits_is_whole_and_calls_nobody() -> None:
    """A row that is named like a call of everybody calls nobody; no line turns into code."""
    made = message(
        ROBOTS["feishu"],
        Text(title="T", lines=['a <at user_id="all">', "    cure"], rest="rest"),
        "https://x",
        "",
        _NOW,
    )
    assert json.loads(made.body)["content"]["text"] == 'T\na ＜at user_id="all">\ncure'


@pytest.mark.parametrize(
    ("body", "told", "trouble"),
    [
        (b"", "?", ""),
        (b"[]", "[]", ""),
        (b"<html>Sign in</html>", "<html>Sign in</html>", ""),
        (b'{"ok":true}', "?", ""),
        (b'{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url", "gone"),
        (b'{"errcode":45009,"errmsg":"api freq out of limit"}', "45009 api freq out of limit", "often"),
        (b'{"errcode":310000,"errmsg":"sign not match"}', "310000 sign not match", "sign"),
        (
            b'{"errcode":310000,"errmsg":"keywords not in content"}',
            "310000 keywords not in content",
            "keyword",
        ),
        (
            b'{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}',
            "310000 ip 1.2.3.4 not in whitelist",
            "from-where",
        ),
        (b'{"errcode":130101,"errmsg":"send too fast"}', "130101 send too fast", "often"),
        (b'{"status":1111,"wait":5,"source":"x5","punish":"deny"}', "1111 deny", "often"),
        (b'{"code":19021,"msg":"sign match fail","StatusCode":0}', "19021 sign match fail", "sign"),
        (b'{"StatusCode":9499,"StatusMessage":"Bad Request"}', "9499 Bad Request", "form"),
        (b'{"code":77,"msg":"new"}', "77 new", ""),
    ],
)
def test_robots_refuse_in_the_body(body: bytes, told: str, trouble: str) -> None:
    """They answer 200 to nearly everything; what they do not say they have taken was shown to nobody."""
    assert refusal_in(body) == Refusal(told=told, trouble=trouble)
    assert not trouble or MorningWords("zh")(f"robot-{trouble}")


@pytest.mark.parametrize(
    "body", ['{"errcode":0,"errmsg":"ok"}', '{"code":0,"msg":"success"}', '{"StatusCode":0,"Extra":null}']
)
def test_robots_say_that_they_took_it(body: str) -> None:
    """Each in its own way."""
    assert refusal_in(body.encode()) is None
