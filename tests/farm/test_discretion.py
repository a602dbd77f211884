"""Promises about what no log line holds: what people wrote, and what opens doors."""

from __future__ import annotations

import io
import logging
import urllib.parse

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from farm import telemetry
from farm.discretion import CUT, Texts, secrets_in, without_secrets
from tests.farm.test_telemetry import lines, written

__all__ = ["written"]

SCRIPT = "The merger with Ostrava closes on Friday. 我们将在星期五关闭上海的工厂。 Pin 7f3a-99xy-secret."
TITLE = "Merger of the year"


def texts(*whole: str, script: str = SCRIPT) -> Texts:
    """What people wrote for a film."""
    return Texts(whole, lambda: [script])


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("cannot say 'The merger with Ostrava' here", f"cannot say '{CUT}' here"),
        ("THE  MERGER\nWITH... ostrava!", f"{CUT}!"),
        ("text='将在星期五关闭' is too long", f"text='{CUT}' is too long"),
        ("token 7f3a-99xy-secret unknown", f"token {CUT} unknown"),
        (f"{TITLE}.mp4", f"{CUT}.mp4"),
        ("No such file: '/store/ab/cd.wav' on Friday", "No such file: '/store/ab/cd.wav' on Friday"),
        ("CUDA error: out of memory", "CUDA error: out of memory"),
    ],
)
def test_what_people_wrote_is_cut_and_what_programs_say_stands(line: str, left: str) -> None:
    """By as little as a few words of it in a row, in whatever letters and with whatever between them."""
    assert texts(TITLE).cut(line) == left


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_no_run_of_a_script_is_left(script: str, before: str, after: str) -> None:
    """Whatever stands around it, nothing is found in a line that was cut once; a script becomes no script."""
    held = texts(script=script)
    once = held.cut(f"{before} {script} {after}")
    assert held.cut(once) == once
    if held.cut(script) != script:
        assert script not in once or script in CUT


@given(st.text(st.characters(exclude_characters="/ \t\n\r'\"<>", exclude_categories=["Z", "C"]), min_size=1))
def test_no_url_tells_a_password(password: str) -> None:
    """As drivers and libraries quote it: with or without a user, escaped or not."""
    for told in (password, urllib.parse.quote(password, safe="")):
        line = without_secrets(f"cannot reach postgresql+psycopg://lectern:{told}@db:5432/farm, retrying", ())
        assert line == f"cannot reach postgresql+psycopg://{CUT}@db:5432/farm, retrying"


def test_settings_tell_what_opens_doors() -> None:
    """Passwords, and the keys in addresses; hosts, users and short words stand."""
    settings = [
        ("url", "https://chat.example.com/robot/v2/hook/0a1b2c3d-4e5f-6789?access_token=abcdefgh"),
        ("url", "rediss://:pass%2Fword@redis:6379/0"),
        ("mail_password", "hunter2hunter2"),
        ("root", "/srv/lectern/archive-of-all-departments"),
        ("port", 6379),
    ]
    assert set(secrets_in(settings)) == {
        "0a1b2c3d-4e5f-6789",
        "abcdefgh",
        "pass%2Fword",
        "pass/word",
        "hunter2hunter2",
    }


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_line_of_anybody_holds_a_canary(written: io.StringIO, style: str) -> None:
    """Not in facts of facts, in a library's words, in an exception and what caused it, nor in the tail."""
    stream = io.StringIO()
    telemetry.set_up(
        style="json" if style == "json" else "console",
        level="debug",
        streams=[stream],
        ours=False,
        secrets=("hook-key-0a1b2c3d",),
    )
    log = structlog.get_logger()
    logging.getLogger().setLevel(logging.DEBUG)
    with telemetry.private(texts(TITLE)), telemetry.tail() as tail:
        log.warning(
            "failed", code="speech-word", facts={"word": "Ostrava", "of": ["merger with Ostrava closes"]}
        )
        logging.getLogger("urllib3").warning("Retrying %s", "https://u:p-a-s-s@h/robot/hook-key-0a1b2c3d")
        logging.getLogger("TTS").debug(" > Text: %s", [SCRIPT, TITLE])
        try:
            fail()
        except RuntimeError as error:
            log.exception("failed unexpectedly", reason=str(error))
            logging.getLogger("celery").exception("theirs")
        reason = telemetry.discreet(f"{TITLE} cannot be spoken")
    assert reason == f"{CUT} cannot be spoken"
    told = stream.getvalue() + "".join(tail)
    assert told.count("RuntimeError") >= 2
    assert "cannot be spoken" in told
    for canary in (TITLE, "Ostrava", "上海", "星期五", "7f3a-99xy", "p-a-s-s", "hook-key"):
        assert canary not in told
    log.info("later", title=TITLE)
    assert TITLE in stream.getvalue(), "what is private is private to the step that it is of"
    assert lines(written) == []


def fail() -> None:
    """Fail with what people wrote, twice over."""
    try:
        int(SCRIPT)
    except ValueError as error:
        raise RuntimeError(f"{TITLE} cannot be spoken") from error
