"""Promises of word lists at submit: what may not be said is refused before anything is queued."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import reads
from farm import stopwords
from farm.bootstrap import Farm
from farm.precheck import BatchRefusedError
from pipeline.plan.errors import InputError
from tests.farm.submitting import ROW, manifest, submit


def test_a_script_with_a_stopped_word_is_refused_with_word_and_line(farm: Farm, batch_folder: Path) -> None:
    """Of every row, its variables filled; the other rows are good."""
    stopwords.add(farm, "default", ["cheap", "便宜"])
    rows = [
        {**ROW, "id": "good", "name": "Anna"},
        {**ROW, "id": "filled", "name": "cheap Bob"},
        {**ROW, "id": "chinese", "script": "你好。\n这很便宜，cheap。", "name": ""},
    ]
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, *rows))
    told = [(each.row, each.column, each.code, each.facts) for each in refused.value.problems]
    assert told == [
        (
            3,
            "script",
            "script-word-stopped",
            {"word": "cheap", "line": 1, "department": "default", "number": 1},
        ),
        (
            4,
            "script",
            "script-word-stopped",
            {"word": "cheap", "line": 2, "department": "default", "number": 2},
        ),
    ]
    assert not reads.list_batches(farm.ledger)
    stopwords.remove(farm, "default", ["CHEAP", "便 宜"])
    assert submit(farm, manifest(batch_folder, *rows)).jobs == 3


def test_a_word_that_nobody_could_see_is_refused(farm: Farm) -> None:
    """And so is one that is longer than any; then nothing of the list is changed."""
    for wrong in ("\u200b", "x" * 201):
        with pytest.raises(InputError) as refused:
            stopwords.add(farm, "default", ["good", wrong])
        assert refused.value.code == "stopword-wrong"
        assert len(str(refused.value.facts["word"])) <= 41
    assert stopwords.listed(farm, "default") == ()
    with pytest.raises(InputError) as refused:
        stopwords.add(farm, "nobody", ["good"])
    assert (refused.value.code, refused.value.facts["known"]) == ("submit-department-unknown", "default")


def test_a_file_of_words_is_read_as_people_save_it(tmp_path: Path) -> None:
    """A word a line, in any of the usual encodings; empty lines say nothing."""
    path = tmp_path / "words.txt"
    path.write_bytes("for free\r\n\r\n  便宜 \r\n".encode("utf-16"))
    assert stopwords.words_in(path) == ("for free", "便宜")
    with pytest.raises(InputError) as refused:
        stopwords.words_in(tmp_path / "word.txt")
    assert refused.value.code == "manifest-file-misspelt"
