"""Promises about scripts that are written: once, within bounds, and never what may not be spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.job import JobSpec, Typeface
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.stopwords import to_json
from pipeline.plan.writingplan import Brief, Sampling, WritingPlan
from pipeline.steps.draft import Draft, drafts
from pipeline.steps.write import Written, brief_json, write
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk
from tests.support.fonts import write_font
from tests.support.pens import Pen

_BREAD = Brief(text="Bread.", audience="bakers", language="en", seconds=4)
_GOOD = "Bread is flour, water and salt. It takes some time to make it well."
_SHORT, _LONG = "Bread.", f"{_GOOD} " * 5
_SAMPLING = Sampling(seed=7)


def _drafts(pen: Pen, *briefs: Brief, words: Sequence[str] = ()) -> tuple[Draft, ...]:
    return drafts(pen, briefs, _SAMPLING, words=[words] * len(briefs), characters=1_000)


@pytest.mark.parametrize(
    ("answers", "text", "code", "seeds"),
    [
        ([f"Sure, here it is:\n\n{_GOOD}"], _GOOD, "", [7]),
        (["", _GOOD], _GOOD, "", [7, 8]),
        (["<|im_start|>user", "Brot ist Mehl, und das ist gut. {{x}}"], "", "writing-markup", [7, 8]),
        (["面包由面粉制成。", "面包。"], "", "writing-language", [7, 8]),
        (["...", "—"], "", "writing-empty", [7, 8]),
        ([f"Cheap. {_GOOD}", f"{_GOOD} It is CHEAP."], "", "writing-word-stopped", [7, 8]),
        ([f"Cheap. {_GOOD}", _GOOD], _GOOD, "", [7, 8]),
        ([_SHORT, _GOOD], _GOOD, "", [7, 8]),
        ([_SHORT, "..."], _SHORT, "writing-length", [7, 8]),
        (["x" * 1_500, "y " * 1_000], "", "script-too-long", [7, 8]),
    ],
)
def test_an_answer_becomes_a_script_or_a_reason(
    answers: Sequence[str], text: str, code: str, seeds: list[int]
) -> None:
    """What may not be spoken is asked for once more, with the next seed; the better of two is kept."""
    pen = Pen({"Bread.": answers})
    (draft,) = _drafts(pen, _BREAD, words=["cheap"])
    assert (draft.text, draft.code) == (text, code)
    assert pen.asked == [("Bread.", seed) for seed in seeds]


def test_what_is_too_long_ends_with_a_sentence() -> None:
    """The last one that fits; nothing else is to be said of it."""
    (draft,) = _drafts(Pen({"Bread.": [_LONG, _LONG]}), _BREAD)
    assert _LONG.startswith(draft.text)
    assert draft.text.endswith(".")
    assert 2_000 <= estimate_ms(draft.text) <= 4_400
    assert draft.code == ""


def test_one_brief_keeps_no_other_from_being_written() -> None:
    """One that the model cannot read is told with its numbers; only what failed is asked for again."""
    cake, endless = replace(_BREAD, text="Cake."), replace(_BREAD, text="Endless.")
    pen = Pen({"Bread.": [_GOOD], "Cake.": ["", _GOOD]})
    bread, unread, made = _drafts(pen, _BREAD, endless, cake)
    assert (bread.text, made.text) == (_GOOD, _GOOD)
    assert (unread.code, unread.facts) == ("brief-too-long", {"tokens": 2000, "most": 1000})
    assert pen.asked == [("Bread.", 7), ("Cake.", 7), ("Cake.", 8)]


class _Office:
    """A store, a desk, and a job to be written."""

    def __init__(self, folder: Path, *, words: Sequence[str] = ()) -> None:
        self.folder = folder
        self.store, self.desk = Store(folder / "store"), CountingDesk()
        stopwords = self.source(to_json(words)) if words else None
        self.job: JobSpec = replace(
            films.job(),
            brief=self.source(brief_json(_BREAD)),
            writing=WritingPlan(model="d" * 64, sampling=_SAMPLING, stopwords=stopwords),
        )

    def source(self, text: str) -> Artifact:
        """A text as a source."""
        path = self.folder / "source.json"
        path.write_text(text, "utf-8")
        return self.store.adopt(Kind.SOURCE, ".json", path, limit_bytes=10_000)

    def write(self, pen: Pen) -> Written | None:
        """Write the job's script."""
        return write(self.job, desk=self.desk, store=self.store, writer=pen, characters=1_000)


def test_a_script_is_written_once(tmp_path: Path) -> None:
    """The same brief, model, sampling and words find it again, with what is to be said of it."""
    office = _Office(tmp_path)
    pen = Pen({"Bread.": [_SHORT, _SHORT]})
    first, second = office.write(pen), office.write(pen)
    assert first is not None
    assert first == second
    assert office.store.verify(first.script).read_text("utf-8") == _SHORT
    (short,) = first.warnings
    assert (short.code, short.facts["wanted"]) == ("writing-length", 4)
    assert len(pen.asked) == 2
    assert office.desk.count(Kind.SCRIPT) == 1


def test_letters_that_its_captions_lack_are_told(tmp_path: Path) -> None:
    """Fonts were chosen before it was written; whoever finds the script again is told as well."""
    office = _Office(tmp_path)
    font = write_font(tmp_path / "plain.otf", _GOOD, family="Plain")
    file = office.store.adopt(Kind.SOURCE, ".otf", font, limit_bytes=1_000_000)
    face = Typeface(file=file, family="Plain", bold=False, height=1000, advance=500)
    office.job = replace(office.job, typefaces=(face,))
    pen = Pen({"Bread.": [f"{_GOOD[:-1]} 好吃!"]})
    for _ in range(2):
        written = office.write(pen)
        assert written is not None
        (told,) = written.warnings
        assert (told.code, told.facts) == ("writing-letters-undrawn", {"letters": "!吃好"})
    office.job = replace(office.job, writing=WritingPlan(model="d" * 64, sampling=Sampling(seed=8)))
    written = office.write(Pen({"Bread.": [_GOOD]}))
    assert written is not None
    assert written.warnings == ()


def test_a_lost_script_is_written_again(tmp_path: Path) -> None:
    """Its file is gone: the same seed writes it anew."""
    office = _Office(tmp_path)
    first = office.write(Pen({"Bread.": [_GOOD]}))
    assert first is not None
    (office.store.root / first.script.path).unlink()
    assert office.write(Pen({"Bread.": [_GOOD]})) == first


def test_whoever_writes_the_same_is_waited_for(tmp_path: Path) -> None:
    """And nothing is asked of the model meanwhile."""
    office = _Office(tmp_path)
    first = office.write(Pen({"Bread.": [_GOOD]}))
    assert first is not None
    other = CountingDesk()
    other.held.add(first.script.key)
    office.desk = other
    pen = Pen({"Bread.": [_GOOD]})
    assert office.write(pen) is None
    assert pen.asked == []


def test_what_may_not_be_spoken_ends_the_job(tmp_path: Path) -> None:
    """With the words of the list that was frozen with the job; nothing is kept of it."""
    office = _Office(tmp_path, words=["flour"])
    with pytest.raises(InputError) as refused:
        office.write(Pen({"Bread.": [_GOOD, _GOOD]}))
    assert (refused.value.code, refused.value.facts["word"]) == ("writing-word-stopped", "flour")
    assert office.desk.count(Kind.SCRIPT) == 0
