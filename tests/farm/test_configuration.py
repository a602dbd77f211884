"""Promises about what is set: where it comes from, secrets in files, and what is told of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.bootstrap import environment_of, settings_of, settle_environment
from farm.configuration import open_files, problems_of, shown_sections, told_settings
from farm.settings_errors import nearest
from pipeline.plan.addresses import without_password
from pipeline.plan.errors import InputError

_SECRET = "correct" + "-horse-battery"


def _file(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "secret"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_stands_in_a_file_that_a_variable_or_the_settings_name(tmp_path: Path, end: str) -> None:
    """As Docker and Kubernetes mount them; its line end is no part of it, and what it begins with is."""
    url = f"redis://:{_SECRET}@redis:6379/0"
    file = _file(tmp_path, url + end)
    by_variable = settings_of({"LECTERN_HOME": str(tmp_path), "LECTERN_REDIS__URL_FILE": file})
    (tmp_path / "lectern.toml").write_text('[redis]\nurl_file = "secret"\n')
    by_settings = settings_of({"LECTERN_HOME": str(tmp_path)})
    assert by_variable.redis.url == by_settings.redis.url == url
    # A child finds the same, whatever the files say.
    handed = environment_of(by_settings)
    assert settings_of({**handed, "LECTERN_REDIS__URL": ""}).redis.url == ""
    assert settings_of(handed) == by_settings


def test_a_process_hands_on_what_it_read_and_names_no_file_besides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that is there by its file and by itself would be given twice to every child."""
    monkeypatch.setattr(os, "environ", {"LECTERN_HOME": str(tmp_path), "PATH": "/bin"})
    os.environ["LECTERN_REDIS__URL_FILE"] = _file(tmp_path, "redis://h")
    settings = settings_of()
    settle_environment(settings)
    assert settings_of() == settings
    assert os.environ["PATH"] == "/bin"


def _a_pipe(place: Path) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (Path.exists, "farm-secret-unread"),
        (Path.mkdir, "farm-secret-unread"),
        (_a_pipe, "farm-secret-not-text"),
        (lambda place: place.write_text("\n"), "farm-secret-empty"),
        (lambda place: place.write_bytes(b"\xff\xfe\x00"), "farm-secret-not-text"),
        (lambda place: place.write_text(_SECRET * 5000), "farm-secret-not-text"),
    ],
    ids=["missing", "folder", "pipe", "empty", "binary", "long"],
)
def test_a_file_without_a_secret_is_named_with_the_knob(tmp_path: Path, make: object, code: str) -> None:
    """At once, and without what it holds."""
    place = tmp_path / "secret"
    assert callable(make)
    make(place)
    with pytest.raises(InputError, match=code) as caught:
        settings_of({"LECTERN_HOME": str(tmp_path), "LECTERN_NOTICES__SECRET_FILE": str(place)})
    assert (caught.value.facts["knob"], caught.value.facts["path"]) == ("notices.secret", str(place))
    assert _SECRET not in str(caught.value)


def test_a_secret_that_is_given_twice_is_refused_and_a_later_place_wins(tmp_path: Path) -> None:
    """A file and a value in one place contradict each other; of two places the environment wins."""
    (tmp_path / "lectern.toml").write_text(f'[notices]\nsecret_file = "{_file(tmp_path, "by file")}"\n')
    home = {"LECTERN_HOME": str(tmp_path)}
    assert settings_of({**home, "LECTERN_NOTICES__SECRET": _SECRET}).notices.secret == _SECRET
    with pytest.raises(InputError, match="farm-secret-twice") as caught:
        settings_of(
            {**home, "LECTERN_NOTICES__SECRET": _SECRET, "LECTERN_NOTICES__SECRET_FILE": f"{tmp_path}/secret"}
        )
    assert _SECRET not in str(caught.value)


def test_a_file_that_others_can_read_is_told_and_used(tmp_path: Path) -> None:
    """Mounted secrets are so in containers, where nobody else is; a settings file may be, too."""
    (tmp_path / "lectern.toml").write_text(
        f'[report]\nmail_password = "{_SECRET}"\n[ledger]\nurl = "sqlite:///a"'
    )
    (tmp_path / "lectern.toml").chmod(0o644)
    home = {"LECTERN_HOME": str(tmp_path), "LECTERN_REDIS__URL_FILE": _file(tmp_path, "redis://h", 0o444)}
    assert [each.facts["knob"] for each in open_files(home)] == ["report.mail_password", "redis.url"]
    (tmp_path / "lectern.toml").chmod(0o640)
    Path(home["LECTERN_REDIS__URL_FILE"]).chmod(0o400)
    assert not list(open_files(home))
    assert settings_of(home).redis.url == "redis://h"


def test_every_setting_is_told_with_its_origin_and_without_secrets(tmp_path: Path) -> None:
    """File and line, variable, or the file of a secret; a canary in every secret is nowhere."""
    (tmp_path / "lectern.toml").write_text(
        '# here\n[archive]\n\npublic_prefix = """\nhttps://a=b"""\nroot = "/nas"\n'
        f'[ledger]\nurl = "postgresql+psycopg://farm:{_SECRET}@db/lectern?sslpassword={_SECRET}"\n'
        f'[notices]\nsecret_file = "{_file(tmp_path, _SECRET)}"\n'
    )
    told = told_settings(
        {
            "LECTERN_HOME": str(tmp_path),
            "LECTERN_REDIS__URL": f"redis://:{_SECRET}@h/0",
            "LECTERN_REPORT__WECOM_URL": f"https://robot/{_SECRET}",
        }
    )
    found = {each.knob: each for each in told}
    place = str(tmp_path / "lectern.toml")
    prefix, root, secret = found["archive.public_prefix"], found["archive.root"], found["notices.secret"]
    assert (prefix.origin, prefix.place, prefix.line) == ("file", place, 4)
    assert (root.value, root.line) == ("/nas", 6)
    assert found["ledger.url"].value == "postgresql+psycopg://farm:…@db/lectern?sslpassword=…"
    assert (secret.value, secret.given, secret.line) == (None, True, 10)
    assert secret.secret_file == str(tmp_path / "secret")
    assert (found["redis.url"].origin, found["redis.url"].place) == ("environment", "LECTERN_REDIS__URL")
    assert (found["film.fps"].origin, found["film.fps"].value) == ("default", 25)
    assert (found["report.feishu_secret"].given, found["report.feishu_secret"].value) == (False, None)
    assert found["paths.home"].place == "LECTERN_HOME"
    assert _SECRET not in repr(told)


def test_what_is_wrong_is_told_all_at_once_with_its_place_and_no_secret(tmp_path: Path) -> None:
    """The nearest name, the line or variable, and no value of what may be a secret."""
    (tmp_path / "lectern.toml").write_text(
        f'[report]\nmail_passwort = "{_SECRET}"\nmail_password = ["{_SECRET}"]\n[archiv]\nroot = "/x"\n'
    )
    problems = problems_of(
        {"LECTERN_HOME": str(tmp_path), "LECTERN_FILM__FPS": "many", "LECTERN_REDIS_URL": _SECRET}
    )
    told = {str(each.facts["knob"]): each for each in problems}
    place = tmp_path / "lectern.toml"
    near = told["report.mail_passwort"]
    assert (near.code, near.facts["near"]) == ("farm-knob-near", "report.mail_password")
    assert near.facts["place"] == f"{place}:2"
    assert told["archiv"].facts == {"knob": "archiv", "place": f"{place}:5", "near": "archive"}
    assert told["LECTERN_REDIS_URL"].facts["near"] == "redis.url"
    assert told["report.mail_password"].code == "farm-knob-wrong"
    assert told["film.fps"].facts["value"] == "many"
    assert _SECRET not in repr(problems)
    (tmp_path / "lectern.toml").write_text(f'redis = "redis://:{_SECRET}@h"\n')
    (whole,) = problems_of({"LECTERN_HOME": str(tmp_path), "LECTERN_REDIS__PORT": "1"})
    assert (whole.code, _SECRET in str(whole)) == ("farm-knob-wrong", False)


@pytest.mark.parametrize(
    ("knob", "near"),
    [
        ("worker.cuont", "worker.count"),
        ("store.port", "redis.port"),
        ("archive.public_prefx", "archive.public_prefix"),
        ("film.flower", ""),
        ("LECTERN_WURKER", "worker"),
        ("zzz", ""),
    ],
)
def test_the_nearest_name_is_one_that_is_meant(knob: str, near: str) -> None:
    """Of the same section, else the very name in another one; nothing where nothing is like it."""
    assert nearest(knob) == near


def test_what_is_kept_of_settings_holds_no_secret(tmp_path: Path) -> None:
    """A backup's record of them is for people; the secrets stand where they stood."""
    environment = {"LECTERN_HOME": str(tmp_path), "LECTERN_REDIS__URL": f"redis://:{_SECRET}@h/0"}
    environment |= {"LECTERN_NOTICES__SECRET": _SECRET, "LECTERN_REPORT__MAIL_PASSWORD": _SECRET}
    assert _SECRET not in json.dumps(shown_sections(settings_of(environment)))


_PART = st.text(st.characters(codec="ascii", exclude_characters="\n\r"), min_size=1, max_size=8)


@given(
    secret=_PART.map(lambda text: f"S{text}S"),
    scheme=st.sampled_from(["redis", "rediss", "postgresql+psycopg"]),
)
def test_no_password_is_shown_whatever_signs_it_holds(secret: str, scheme: str) -> None:
    """Also one that should have been escaped and was not."""
    for url in (f"{scheme}://user:{secret}@host:1/0", f"{scheme}://:{secret}@host?a=b@c"):
        shown = without_password(url)
        assert secret not in shown
        assert shown.startswith(f"{scheme}://")
    assert without_password(f"{scheme}://host:1/0") == f"{scheme}://host:1/0"
    assert without_password("redis://h/0?password=abc&db=1") == "redis://h/0?password=…&db=1"


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("KEEP_DAYS", "-1"),
        ("KEEP_DAYS", "nan"),
        ("KEEP_DAYS", "inf"),
        ("KEEP_DAYS", "40000"),
        ("KEEP_MB", "-5"),
        ("KEEP_MB", "3"),
    ],
)
def test_logs_cannot_be_kept_for_an_absurd_time_or_in_no_room(tmp_path: Path, knob: str, value: str) -> None:
    """Each is named with what was set; 0 is for ever."""
    environment = {"LECTERN_HOME": str(tmp_path), f"LECTERN_LOG__{knob}": value}
    with pytest.raises(InputError) as refused:
        settings_of(environment)
    assert refused.value.code == "farm-knob-wrong"
    assert refused.value.facts == {"knob": f"log.{knob.lower()}", "value": value}
    assert getattr(settings_of({**environment, f"LECTERN_LOG__{knob}": "0"}).log, knob.lower()) == 0
