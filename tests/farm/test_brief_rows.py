"""Promises about rows with a brief: all that their scripts are written from is fixed at submission."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from db import reads
from farm import lexicon, stopwords
from farm import submit as submitting
from farm.bootstrap import Farm
from farm.briefs import read_briefs
from farm.forecast import forecast
from farm.manifest import read_manifest
from farm.precheck import BatchRefusedError, admit, check
from farm.reading import Reading
from farm.submit import Manner, Receipt
from farm.writing import write_scripts
from pipeline.plan.job import JobSpec
from pipeline.plan.lexicon import Entry, to_json
from pipeline.plan.stopwords import to_json as words_json
from pipeline.steps.write import brief_from
from tests.farm import people
from tests.farm.models.cards import put_folder
from tests.farm.submitting import manifest
from tests.support.pens import writers_with_scribe

_ROW = {"brief": "Bread for {{name}}.", "name": "Anna", "seconds": "4", "portrait": "astronaut.png"}
ROW = {**_ROW, "format": "square-512"}
WRITE = Reading(write=True)


@pytest.fixture
def writing(farm: Farm) -> Farm:
    """A farm with a writer and its model."""
    put_folder(farm.models.root, "small", {"config.json": b"{}"})
    return replace(farm, writers=writers_with_scribe())


def _submit(farm: Farm, folder: Path, *rows: Mapping[str, str]) -> tuple[Receipt, list[JobSpec]]:
    receipt = submitting.submit(farm, manifest(folder, *rows), Manner(), reading=WRITE)
    lines = reads.list_jobs(farm.ledger, batch=receipt.batch)
    return receipt, [reads.read_job(farm.ledger, line.id).spec for line in lines]


def _hold(farm: Farm, tokens: int) -> None:
    """Have the model's card say how much it can hold."""
    record = farm.models.get(kind="transformers").record
    with farm.models.cabinet.changing():
        farm.models.cabinet.write(replace(record, traits={"context": (str(tokens),)}))


def _refused(farm: Farm, path: Path, reading: Reading = WRITE) -> list[tuple[int, str, str]]:
    with pytest.raises(BatchRefusedError) as told:
        submitting.submit(farm, path, Manner(), reading=reading)
    return [(each.row, each.column, each.code) for each in told.value.problems]


def test_everything_that_a_script_depends_on_is_frozen(writing: Farm, batch_folder: Path) -> None:
    """Brief, model, sampling, word list and the whole dictionary: what is changed later concerns no job.

    A person's portrait goes with a brief as it does with a script.
    """
    stopwords.add(writing, "default", ["cheap", "贱"])
    entries = [
        Entry(word="salt", language="en", said="sawlt"),
        Entry(word="面包", language="zh", said="面饱"),
    ]
    for entry in entries:
        lexicon.add(writing, "default", entry)
    people.portrait(writing, batch_folder, name="Anna")
    rows = {**ROW, "audience": "bakers"}, {**ROW, "portrait": "profile:Anna"}
    receipt, (job, other) = _submit(writing, batch_folder, *rows)
    assert receipt.warnings == ()
    stopwords.remove(writing, "default", ["cheap"])
    lexicon.remove(writing, "default", "salt", "en")
    record = writing.models.get(kind="transformers").record
    assert job.brief is not None
    assert job.writing is not None
    assert job.writing.stopwords is not None
    assert job.lexicon is not None
    assert other.lexicon == job.lexicon
    assert [(use.kind.value, use.name) for use in other.people] == [("portrait", "Anna")]
    brief = brief_from(writing.store.verify(job.brief).read_text("utf-8"))
    assert (brief.text, brief.audience, brief.language, brief.seconds) == (
        "Bread for Anna.",
        "bakers",
        "en",
        4,
    )
    assert writing.store.verify(job.writing.stopwords).read_text("utf-8") == words_json(["cheap", "贱"])
    assert writing.store.verify(job.lexicon).read_text("utf-8") == to_json(entries)
    assert writing.store.verify(job.script).read_bytes() == b""
    assert (job.writing.model, job.writing.sampling.seed) == (record.digest, 0)
    assert [(use.role, use.name) for use in job.others] == [("write", "small")]


def test_both_ways_of_writing_ask_for_the_same(writing: Farm, batch_folder: Path) -> None:
    """`lectern write` and `submit --write` have one brief of a row, by its language or its voice's."""
    rows = [
        {**ROW, "id": "own", "voice": "", "language": "zh-TW"},
        {**ROW, "id": "voice", "voice": "cmn", "language": ""},
        {**ROW, "id": "text", "brief": "给{{name}}的面包。", "voice": "", "language": ""},
        {**ROW, "id": "plain", "voice": "", "language": "", "seconds": ""},
    ]
    _, jobs = _submit(writing, batch_folder, *rows)
    kept = [brief_from(writing.store.verify(job.brief).read_text("utf-8")) for job in jobs if job.brief]
    _, wanted = read_briefs(batch_folder / "batch.csv", limit_bytes=10_000, most=10)
    assert [row.brief for row in wanted] == kept
    assert [brief.language for brief in kept] == ["zh-TW", "zh", "zh", "en"]
    assert [job.voice.name for job in jobs] == ["cmn", "cmn", "cmn", "en-us"]
    assert kept[-1].seconds == 60


def test_a_brief_is_not_spoken_unread_by_accident(writing: Farm, batch_folder: Path) -> None:
    """Without the wish to write it is refused, with all else that is wrong; what was written is taken."""
    rows = [{**ROW, "id": "a"}, {**ROW, "id": "b", "seconds": "soon", "name": ""}]
    path = manifest(batch_folder, *rows)
    assert _refused(writing, path, Reading()) == [
        (2, "brief", "brief-unwritten"),
        (3, "brief", "brief-unwritten"),
        (3, "brief", "manifest-variable-unfilled"),
        (3, "seconds", "brief-seconds-wrong"),
    ]
    read = read_manifest(manifest(batch_folder, rows[0]))
    assert (read.warnings, [problem.code for problem in read.problems]) == ((), ["brief-unwritten"])
    scripts = batch_folder / "scripts.csv"
    written = write_scripts(
        writing, manifest(batch_folder, rows[0], name="briefs.csv"), scripts, translate=["zh"]
    )
    with scripts.open(encoding="utf-8-sig", newline="") as file:
        assert ["Bread for Anna." in row["script"] for row in csv.DictReader(file)] == [True, False]
    assert written.scripts == 2
    checked = check(writing, scripts)
    assert (len(checked.films), checked.problems) == (2, ())


def test_what_no_script_can_be_written_from_is_refused(writing: Farm, batch_folder: Path) -> None:
    """With its column and code, everything at once."""
    cases: list[tuple[Mapping[str, str], list[tuple[str, str]]]] = [
        ({"script": "Hello."}, [("brief", "brief-and-script")]),
        ({"audio": "talk.wav"}, [("audio", "manifest-file-missing"), ("brief", "brief-and-recording")]),
        ({"brief": "“…”"}, [("brief", "brief-empty")]),
        ({"brief": "{{name|}}", "name": ""}, [("brief", "brief-empty")]),
        ({"seconds": "3601"}, [("seconds", "brief-seconds-wrong")]),
        ({"audience": "x" * 201}, [("audience", "manifest-field-long")]),
        ({"language": "tlh"}, [("language", "voice-language-unknown")]),
        ({"voice": "cmn", "language": "en"}, [("voice", "voice-language-foreign")]),
        ({"check": "all"}, [("check", "check-no-ear")]),
        ({"brief": "{{name"}, [("brief", "manifest-variable-malformed")]),
        ({"brief": "Cake. " * 9_000}, [("brief", "brief-too-long")]),
    ]
    _hold(writing, 2048)
    told = _refused(writing, manifest(batch_folder, *({**ROW, **cells} for cells, _ in cases)))
    for row, (cells, wanted) in enumerate(cases, 2):
        assert sorted((column, code) for number, column, code in told if number == row) == wanted, cells


def test_a_brief_needs_a_writer(writing: Farm, batch_folder: Path) -> None:
    """Without a model each row says so, once for all of them."""
    writing.models.remove("small", by="test", at_ms=0)
    path = manifest(batch_folder, ROW, {**ROW, "name": "Ben"})
    assert _refused(writing, path) == [(2, "brief", "writing-no-writer"), (3, "brief", "writing-no-writer")]


def test_how_long_a_film_will_be_is_what_its_brief_asks_for(writing: Farm, batch_folder: Path) -> None:
    """Its writing has a price, equal briefs are made once, and films with scripts are told as before."""
    rows = [
        ROW,
        ROW,
        {**ROW, "speed": "200", "seconds": "40"},
        {**ROW, "brief": "", "script": "Good morning."},
    ]
    checked = check(writing, manifest(batch_folder, *rows), reading=WRITE)
    told = forecast(writing, admit(checked))
    lengths = told.contents.lengths_ms
    assert lengths[:3] == (4_000, 4_000, 20_000)
    assert 500 < lengths[3] < 4_000
    assert (told.contents.unwritten, told.contents.clips.all) == (3, 8)
    assert told.contents.clips.different == 7
    assert {one.stage for one in told.prices} == {"write", "speak", "render", "join", "archive"}


def test_columns_of_a_brief_mean_nothing_without_one(batch_folder: Path) -> None:
    """They are told as any column that nothing uses, unless a script has a variable of that name."""
    row = {
        "script": "Hello {{audience}}.",
        "audience": "x" * 300,
        "seconds": "soon",
        "portrait": "astronaut.png",
    }
    read = read_manifest(manifest(batch_folder, row))
    assert read.problems == ()
    assert [(each.column, each.code) for each in read.warnings] == [("seconds", "manifest-column-unused")]


def test_a_template_is_for_rows_without_words(batch_folder: Path) -> None:
    """A brief has its own, whatever is meant for the others."""
    (batch_folder / "hello.txt").write_text("Hello.", "utf-8")
    rows = [_ROW, {**_ROW, "brief": ""}]
    reading = Reading(template=batch_folder / "hello.txt", write=True)
    asked, said = read_manifest(manifest(batch_folder, *rows), reading=reading).rows
    assert (asked.to_write, asked.script, asked.words) == (True, "", "Bread for Anna.")
    assert (said.to_write, said.script) == (False, "Hello.")
