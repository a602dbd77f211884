"""The demo's batch with every engine that needs a model: from manifest through queue to archive."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.main import run
from farm.bootstrap import open_farm
from tests.demo.test_demo import DEMO
from tests.support.coqui import coqui_folder, make_reader
from tests.support.ears import HELLO, TEXT, make_reciting, require_ears
from tests.support.eye import require_landmarks
from tests.support.freevc import freevc_folder, require_coqui, sample_of
from tests.support.pens import BREAD, ON_BREAD, make_practised
from tests.support.recordings import written
from tests.support.shared import made_once
from tests.support.speech_models import make_glow, make_xtts, make_your_tts
from tests.tasks.yard import all_archived, break_ground, quick_settings, story, wait_for
from worker.up import running_farm

require_coqui()
require_ears()
# A whole farm comes up, which a busy machine may keep waiting.
pytestmark = pytest.mark.timeout(300)

#: What each row of the demo says in place of its script, which is longer, and which engine it asks for.
_CHANGES: Mapping[str, Mapping[str, str]] = {
    "hello": {"script": TEXT, "voice": "coqui/reader", "check": "all"},
    "hello-zh": {"script": "您好！", "voice": "profile:Anna+coqui/xtts"},
    "welcome-maria": {"script": "Hello {{name}}.", "voice": "profile:Anna+coqui/your_tts"},
    "welcome-jamal": {"brief": BREAD.text, "seconds": str(BREAD.seconds), "voice": "coqui/glow"},
    "welcome-ingrid": {"script": "Hello {{name}}.", "voice": "profile:Anna+en-us"},
    "launch-zh": {"script": "大家好！", "voice": "coqui/reader"},
    "phishing": {"audio": "phishing.wav", "voice": "profile:Anna"},
}
_CONSENT = "I agree to be heard. Anna Lee"
_SMALL = {"script_file": "", "format": "portrait", "quality": "draft"}
_ASKED = ("check", "audio", "brief", "seconds")
#: The models of each row's film, each with what it did.
_MODELS = {
    "hello": {"voice": "reader", "hear": "small"},
    "hello-zh": {"voice": "xtts"},
    "welcome-maria": {"voice": "your_tts"},
    "welcome-jamal": {"write": "writer", "voice": "glow"},
    "welcome-ingrid": {"convert": "freevc"},
    "launch-zh": {"voice": "reader"},
    "phishing": {"hear": "small"},
}


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """What became of the batch, by the ids of its rows.

    Attributes:
        digests: of each model on the shelf, by its name.
        results: each row of the table that stands beside the films.
        films: where each film was delivered.
        told: each film's manifest.
    """

    digests: Mapping[str, str]
    results: Mapping[str, Any]
    films: Mapping[str, Path]
    told: Mapping[str, Any]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> _Batch:
    """The batch as one person submits it, and as one worker made it."""
    require_landmarks()
    folder = tmp_path_factory.mktemp("batch")
    settings = quick_settings(folder / "home", WORKER__COUNT="1")
    break_ground(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LECTERN_HOME", str(settings.home))
        # Whoever practised says it by heart.
        patch.setenv("LECTERN_WRITER__TEMPERATURE_PER_CENT", "1")
        digests = _shelved(tmp_path_factory)
        _profile(folder)
        number = _lectern("submit", _manifest(folder), "--write", "--yes")["batch"]
        with running_farm(settings), open_farm(settings) as farm:
            wait_for(lambda: all_archived(farm, number), seconds=200, told=lambda: story(farm))
        results = {row["id"]: row for row in _lectern("results", number)["rows"]}
    films = {name: settings.archive_root / row["video"] for name, row in results.items()}
    told = {name: json.loads(film.with_suffix(".json").read_text("utf-8")) for name, film in films.items()}
    return _Batch(digests=digests, results=results, films=films, told=told)


def _lectern(*words: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """What a command answers."""
    out, err = io.StringIO(), io.StringIO()
    assert run([*map(str, words), "--json"], os.environ, out, err) == 0, err.getvalue()
    return json.loads(out.getvalue())


def _shelved(factory: pytest.TempPathFactory) -> dict[str, str]:
    """Put every model on the shelf; the digest of each."""
    models = {
        "small": made_once(factory, "reciting.pt", lambda path: make_reciting(path, HELLO)),
        "reader": coqui_folder(factory, make_reader),
        "xtts": coqui_folder(factory, make_xtts),
        "your_tts": coqui_folder(factory, make_your_tts),
        "glow": coqui_folder(factory, make_glow),
        "freevc": freevc_folder(factory),
        "writer": made_once(factory, "practised", lambda path: make_practised(path, BREAD, ON_BREAD)),
    }
    return {
        name: _lectern("models", "add", path, "--name", name, "--licence", "own")["digest"]
        for name, path in models.items()
    }


def _profile(folder: Path) -> None:
    """Add Anna's voice; what she says is the batch's recording, too."""
    sample = sample_of("anna")
    reference = written(folder / "phishing.wav", sample.samples, rate=sample.rate)
    consent = folder / "consent.txt"
    consent.write_text(_CONSENT, "utf-8")
    expires = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
    words = ("--consent", consent, "--owner", "Bert Ott", "--person", "Anna Lee", "--expires", expires)
    _lectern("voices", "add", "Anna", "--reference", reference, *words)


def _manifest(folder: Path) -> Path:
    """The demo's rows with a few words each, and small pictures."""
    shutil.copytree(DEMO / "portraits", folder / "portraits")
    # A small face is as much work for voices, and less for what draws it; the other one is small already.
    with Image.open(DEMO / "portraits" / "leo.png") as portrait:
        portrait.resize((320, 320)).save(folder / "portraits" / "leo.png")
    with (DEMO / "batch.csv").open(encoding="utf-8") as file:
        rows = [{**row, **_SMALL, **dict.fromkeys(_ASKED, "")} for row in csv.DictReader(file)]
    assert [row["id"] for row in rows] == list(_CHANGES)
    manifest = folder / "batch.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows({**row, "script": "", **_CHANGES[row["id"]]} for row in rows)
    return manifest


def test_every_row_becomes_a_film(batch: _Batch) -> None:
    """In both languages and of every engine: completed and delivered, with captions and poster beside it."""
    ended = {name: (row["status"], row["archive"], row["code"]) for name, row in batch.results.items()}
    assert ended == dict.fromkeys(_CHANGES, ("completed", "archived", ""))
    for film in batch.films.values():
        assert all(film.with_suffix(suffix).stat().st_size for suffix in (".mp4", ".vtt", ".jpg"))


def test_each_film_tells_what_it_was_made_with(batch: _Batch) -> None:
    """Every model by its digest and by what it did, under the licence that it was added with."""
    for name, told in batch.told.items():
        models = told["inputs"].get("models", [])
        wanted = {role: (model, batch.digests[model], "own") for role, model in _MODELS[name].items()}
        assert {each["role"]: (each["name"], each["digest"], each["licence"]) for each in models} == wanted


def test_each_film_tells_whose_voice_it_is_and_who_agreed(batch: _Batch) -> None:
    """A cloned, a converted and a recorded voice: the person, and the consent; of others nobody is named."""
    people = {name: told["people"] for name, told in batch.told.items() if told.get("people")}
    assert set(people) == {"hello-zh", "welcome-maria", "welcome-ingrid", "phishing"}
    for (person,) in people.values():
        assert (person["kind"], person["person"], person["owner"]) == ("voice", "Anna Lee", "Bert Ott")
        assert person["consent"]["digest"] == hashlib.sha256(_CONSENT.encode()).hexdigest()


def test_captions_show_what_is_said(batch: _Batch) -> None:
    """The rows' own words, those that were written, and those that were heard, which a text holds as well."""
    shown = {name: film.with_suffix(".srt").read_text("utf-8") for name, film in batch.films.items()}
    names = {"welcome-maria": "Maria", "welcome-ingrid": "Ingrid"}
    said = {name: change.get("script", "") for name, change in _CHANGES.items()}
    said |= {"phishing": TEXT, "welcome-jamal": ON_BREAD}
    for name, text in shown.items():
        (words,) = [" ".join(cue.splitlines()[2:]) for cue in text.strip().split("\n\n")]
        assert words == said[name].replace("{{name}}", names.get(name, ""))
    assert batch.films["phishing"].with_suffix(".txt").read_text("utf-8") == f"{TEXT}\n"


def test_phonemes_have_the_times_of_who_spoke(batch: _Batch) -> None:
    """The durations of the models that have them; a converted voice keeps those of the one that spoke."""
    times = {name: told["speech"]["times"] for name, told in batch.told.items()}
    for name in ("hello", "launch-zh", "welcome-maria"):
        assert times[name] == {"durations": 1}
    assert times["welcome-ingrid"] == {"own": 1}


def test_what_was_heard_is_told(batch: _Batch) -> None:
    """Of a recording and of a narration that was checked: by which model, and what the check came to."""
    hearing = {name: told["hearing"] for name, told in batch.told.items() if told.get("hearing")}
    assert {name: told["check"] for name, told in hearing.items()} == {"hello": "all", "phishing": "none"}
    assert {told["model"] for told in hearing.values()} == {batch.digests["small"]}
    judged = {name: hearing["hello"][name] for name in ("checked", "doubtful", "takes", "worst_per_mille")}
    assert judged == {"checked": 1, "doubtful": 0, "takes": 1, "worst_per_mille": 0}
    assert batch.results["hello"]["warnings"] == []


def test_a_script_from_a_brief_says_who_wrote_it(batch: _Batch) -> None:
    """By its name, its digest and the seed; of other scripts nothing of the kind is said."""
    written = {name: told["written"] for name, told in batch.told.items() if "written" in told}
    told = {"name": "writer", "model": batch.digests["writer"], "seed": 0}
    assert written == {"welcome-jamal": told}
