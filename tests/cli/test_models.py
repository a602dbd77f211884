"""Promises of `lectern models`: from a file or an address to the right to use it, for people and machines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli.exits import Exit
from db import submission
from db.engine import connect
from db.ledger import Ledger
from db.values import Submission
from pipeline.plan.models import ModelUse
from tests.cli.conftest import Lectern
from tests.db.values import draft
from tests.farm.models.owner import Owner, owner_of
from tests.support.restorer import random_restorer, require_spandrel


@pytest.fixture
def restorer(tmp_path: Path) -> Path:
    """A small restorer's file."""
    require_spandrel()
    path = tmp_path / "face.pth"
    random_restorer(path)
    return path


def catalogue_of(owner: Owner, folder: Path, *, address: bool = True) -> Path:
    """An operator's catalogue with the owner's file, under terms that forbid business."""
    known = owner.known()
    path = folder / "mine.toml"
    more = f'address = "{known.address}"' if address else 'by_hand = "https://owner.example/by-hand"'
    path.write_text(
        f"""
[face]
kind = "restorer"
file = "face.pth"
bytes = {known.bytes}
digest = "{known.digest}"
licence = "CC-BY-NC-4.0"
terms.en = "Not for business."
terms.zh = "不得商用。"
page = "https://owner.example/terms"
{more}
""",
        "utf-8",
    )
    return path


def test_a_file_becomes_a_model_that_a_business_may_use(lectern: Lectern, home: Path, restorer: Path) -> None:
    """Added, listed, shown, refused for its licence, accepted by name, verified, removed."""
    added = lectern("models", "add", restorer, "--licence", "CC-BY-NC-4.0", "--languages", "en, zh", "--json")
    assert added.code == Exit.OK
    assert (added.document["kind"], added.document["new"], added.document["allowed"]) == (
        "model",
        True,
        False,
    )
    told = lectern("models", "list")
    assert told.code == Exit.OK
    assert "CC-BY-NC-4.0" in told.out
    assert "research, personal" in told.out
    accepted = lectern("models", "accept", "face", "--by", "李雷", "--json")
    assert (accepted.document["allowed"], accepted.document["accepted_by"]) == (True, "李雷")
    assert accepted.document["accepted_use"] == "commercial"
    shown = lectern("models", "show", "face", "--lang", "zh")
    assert "商业、研究、个人" in shown.out
    assert "李雷" in shown.out
    assert lectern("models", "accept", "face").out == (
        "face may be used for commercial films anyway; there is nothing to accept.\n"
    )
    assert lectern("models", "verify", "face").out == "face: sound\n"
    removed = lectern("models", "remove", "face")
    assert removed.code == Exit.OK
    assert "no ledger here" in removed.out
    assert not list((home / "models/files").iterdir())
    events = [json.loads(line)["event"] for line in (home / "models/journal.jsonl").read_text().splitlines()]
    assert events == ["added", "accepted", "removed"]


def test_damage_is_found(lectern: Lectern, home: Path, restorer: Path) -> None:
    """What is not what its card says ends `verify` with its own code; doctor tells what it sees."""
    lectern("models", "add", restorer, "--licence", "own")
    (file,) = (home / "models/files").iterdir()
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    answer = lectern("models", "verify", "--json")
    assert answer.code == Exit.FAILED
    assert [model["code"] for model in answer.document["models"]] == ["model-damaged"]
    file.write_bytes(content[:-1])
    found = {each["check"]: each for each in lectern("doctor", "--json").document["findings"]}
    assert (found["models"]["level"], found["models"]["code"]) == ("warning", "model-damaged")
    assert "[model-damaged]" in lectern("models", "list").out


def test_an_empty_shelf_says_how_to_go_on(lectern: Lectern, home: Path) -> None:
    """Nothing is made by looking, and the known models are listed with what to do for each."""
    answer = lectern("models", "list")
    assert "lectern models fetch" in answer.out
    assert not home.exists()
    known = lectern("models", "fetch")
    assert known.code == Exit.OK
    assert "lectern models fetch GFPGANv1.4" in known.out
    assert "https://drive.google.com" in known.out
    assert lectern("models", "fetch", "--json").document["kind"] == "catalogue"


def test_a_model_is_fetched_once_somebody_agrees(
    lectern: Lectern, restorer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its terms are shown before anything is asked of its owner; once it is there, only damage is mended."""
    monkeypatch.setenv("no_proxy", "*")
    with owner_of(restorer.read_bytes()) as owner:
        monkeypatch.setenv("LECTERN_MODELS__CATALOGUE", str(catalogue_of(owner, tmp_path)))
        refused = lectern("models", "fetch", "face")
        assert refused.code == Exit.REFUSED
        assert "Not for business." in refused.err
        assert "https://owner.example/terms" in refused.err
        assert not owner.asked
        fetched = lectern("models", "fetch", "face", "--accept-licence")
        assert fetched.code == Exit.OK, fetched.err
        assert "lectern models accept face" in fetched.out
        assert len(owner.asked) == 1
        again = lectern("models", "fetch", "face", "--json")
        assert (again.code, again.document["licence"]) == (Exit.OK, "CC-BY-NC-4.0")
        assert len(owner.asked) == 1
        Path(again.document["path"]).write_bytes(b"damaged")
        healed = lectern("models", "fetch", "face", "--accept-licence", "--json")
        assert (healed.document["new"], len(owner.asked)) == (False, 2)
        assert lectern("models", "verify").code == Exit.OK


def test_what_is_given_away_on_a_page_is_told_by_hand(
    lectern: Lectern, restorer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked to agree to what cannot be had this way; the file is recognised when it is added."""
    with owner_of(restorer.read_bytes()) as owner:
        path = catalogue_of(owner, tmp_path, address=False)
    monkeypatch.setenv("LECTERN_MODELS__CATALOGUE", str(path))
    refused = lectern("models", "fetch", "face")
    assert refused.code == Exit.REFUSED
    assert "https://owner.example/by-hand" in refused.err
    renamed = restorer.rename(tmp_path / "download (1).bin")
    added = lectern("models", "add", renamed, "--json")
    assert (added.document["name"], added.document["licence"]) == ("face", "CC-BY-NC-4.0")


def test_what_jobs_need_is_not_taken_away(lectern: Lectern, ready_home: Path, restorer: Path) -> None:
    """While a job that is not over was promised the weights, only `--force` removes them."""
    digest = lectern("models", "add", restorer, "--licence", "own", "--json").document["digest"]
    ledger = Ledger(connect(f"sqlite:///{ready_home / 'ledger.sqlite3'}"))
    try:
        promise = ModelUse(role="restore", name="face", digest=digest, engine="spandrel", licence="own")
        promised = replace(draft("two"), spec=replace(draft("two").spec, models=(promise,)))
        new = Submission(content="c" * 64, name="demo", user="anna", again=False)
        submission.submit(ledger, new, [draft("one"), promised])
    finally:
        ledger.close()
    refused = lectern("models", "remove", "face")
    assert refused.code == Exit.CONFLICT
    assert "1 jobs" in refused.err
    assert "(2)" in refused.err
    assert lectern("models", "remove", "face", "--force").code == Exit.OK


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("show", "nobody"), "model-shelf-empty", Exit.UNKNOWN),
        (("show", "../secret"), "model-name-wrong", Exit.REFUSED),
        (("verify", "nobody"), "model-shelf-empty", Exit.UNKNOWN),
        (("accept", "nobody"), "model-shelf-empty", Exit.UNKNOWN),
        (("remove", "nobody"), "model-shelf-empty", Exit.UNKNOWN),
        (("fetch", "nobody"), "model-not-known", Exit.UNKNOWN),
        (("add", "/nowhere/lips.pth"), "model-source-unreadable", Exit.REFUSED),
        (("add", "/nowhere/lips.pth", "--kind", "voice"), "model-kind-unknown", Exit.USAGE),
    ],
)
def test_a_slip_is_told(lectern: Lectern, arguments: tuple[str, ...], code: str, exit_code: Exit) -> None:
    """Each by its own code, and nothing is made."""
    answer = lectern("models", *arguments, "--json")
    assert (answer.failure["code"], answer.code) == (code, exit_code)
