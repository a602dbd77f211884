"""Promises about messages of robots: the documented forms and signatures, and never more than they take."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.bots import dingtalk, feishu, fitting, is_taken, wecom

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


@given(st.lists(st.text("a .é界😀", max_size=60), max_size=9), st.integers(60, 300))
def test_nothing_is_longer_than_is_taken(lines: list[str], most: int) -> None:
    """Whole lines from the first on, and where some are left out, where the rest is."""
    kept = fitting(lines, most, "more: lectern report")
    assert sum(len(line.encode()) + 2 for line in kept) <= most
    if kept != tuple(lines):
        assert kept[-1] == "more: lectern report"
        assert len(kept) <= 2 or list(kept[:-1]) == lines[: len(kept) - 1]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', ""),
        (b'{"code":0,"msg":"success"}', ""),
        (b'{"StatusCode":0,"StatusMessage":"success"}', ""),
        (b"", ""),
        (b"[]", ""),
        (b'{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url"),
        (b'{"errcode":310000,"errmsg":"sign not match"}', "310000 sign not match"),
        (b'{"code":19021,"msg":"sign match fail"}', "19021 sign match fail"),
    ],
)
def test_robots_refuse_in_the_body(body: bytes, why: str) -> None:
    """They answer 200 to everything."""
    assert is_taken(body) == why
