"""Promises about the command line's own words."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from cli.terminal import told
from cli.words import WORDS, Words
from db.states import Stage, WorkerOrder
from pipeline.plan.messages import Language
from pipeline.plan.models import ModelKind

CLI = Path(__file__).resolve().parents[2] / "cli"
#: What is out of the ordinary is named where it is found out.
ATTENTION = CLI.parent / "farm" / "attention.py"
#: What writes into the audit, with the verb as its second argument.
_TELLS = frozenset({"Act", "note", "tell", "_tell"})


def constants() -> set[str]:
    """Every string constant of the command line outside the table itself."""
    found: set[str] = set()
    for path in (*CLI.glob("*.py"), ATTENTION):
        if not path.name.startswith("words"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def names_asked_for() -> set[str]:
    """Every name that the command line asks the table for by a constant."""
    found: set[str] = set()
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func)
            arguments = node.args if called.endswith(".table") else node.args[:1]
            if called.endswith(("words", ".table")):
                found |= {
                    argument.value
                    for argument in arguments
                    if isinstance(argument, ast.Constant)
                    and argument.value
                    and isinstance(argument.value, str)
                }
    return found


def test_every_name_that_is_asked_for_has_words() -> None:
    """No command stumbles over words that nobody wrote."""
    assert names_asked_for() <= set(WORDS)


def test_everything_out_of_the_ordinary_has_words() -> None:
    """Whatever is found out about a farm can be said."""
    calls = [node for node in ast.walk(ast.parse(ATTENTION.read_text("utf-8"))) if isinstance(node, ast.Call)]
    advices = [call.args[0] for call in calls if ast.unparse(call.func) == "_advice"]
    named = {each.value for each in advices if isinstance(each, ast.Constant)}
    assert len(named) > 10
    assert named <= set(WORDS)
    assert {"worker-is-gone", "worker-is-left", "worker-is-silent", "farm-not-up-idle"} <= set(WORDS)


def test_every_act_of_the_audit_has_words() -> None:
    """Whatever the audit keeps is told in the reader's language."""
    verbs = {f"worker-{order}" for order in (WorkerOrder.DRAIN, WorkerOrder.LOCK, "unlock")}
    for path in [path for room in ("db", "farm") for path in (CLI.parent / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _TELLS:
                verbs |= {each.value for each in node.args[1:2] if isinstance(each, ast.Constant)}
            elif isinstance(node, ast.Dict):
                told = zip(node.keys, node.values, strict=True)
                verbs |= {
                    value.value
                    for key, value in told
                    if isinstance(value, ast.Constant)
                    and isinstance(key, ast.Constant)
                    and key.value == "verb"
                }
    assert {"words-added", "requeue", "restored", "stuck"} <= verbs
    assert {f"verb-{verb}" for verb in verbs} <= set(WORDS)


def test_every_stage_and_kind_of_model_has_words() -> None:
    """What a person is shown of a job or a model is told in their language."""
    assert {*Stage, *(f"kind-{kind}" for kind in ModelKind)} <= set(WORDS)


def test_no_words_are_idle() -> None:
    """The table holds nothing that no command can say."""
    prefixes = (
        "outcome-",
        "archive-",
        "file-",
        "hold-",
        "waiting-",
        "protocol-",
        "check-",
        "level-",
        "detail-",
        "expression-",
        "model-",
        "motion-",
        "quality-",
        "label-",
        "verdict-",
        "made-",
        "as-",
        "not-",
        "basis-",
        "by-",
        "report-",
        "room-",
        "use-",
        "kind-",
        "consent-",
        "profile-",
        "worker-",
        "disk-",
        "farm-not-up-",
        "verb-",
        "stray-",
        "limit-",
        "urgency-",
        "notice-",
        "urgency-",
        "done-",
        "would-",
        "unchanged-",
        "stop-",
        "night-",
        "why-",
        "trace-",
        "keeps-",
        "helps-",
        "audit-",
        "health-",
    )
    states = {"queued", "active", "completed", "failed", "canceled", "held", "review"}
    stages = set(Stage)
    idle = {name for name in set(WORDS) - constants() - states - stages if not name.startswith(prefixes)}
    assert not idle


def test_both_languages_ask_for_the_same_values() -> None:
    """English and Chinese say the same about the same values."""

    def values(words: str) -> set[str]:
        return {field for _, field, _, _ in Formatter().parse(words) if field}

    assert [name for name, (english, chinese) in WORDS.items() if values(english) != values(chinese)] == []


def test_no_number_stands_before_words_for_many_alone() -> None:
    """Nothing says “1 workers”: where words follow a number they are chosen by it."""
    # "For commercial films", and the like.
    many = re.compile(r"\{(?!use\})\w+\} (?:films|jobs|workers|steps|clips|files|rows|days|hours|notices)\b")
    assert [words for words, _ in WORDS.values() if many.search(words)] == []


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (59, "59 s", "59 秒"),
        (61, "1 min 01 s", "1 分 01 秒"),
        (7500, "2 h 05 min", "2 小时 05 分"),
    ],
)
def test_lengths_of_time_are_as_exact_as_a_person_needs(seconds: int, english: str, chinese: str) -> None:
    """Seconds below a minute, minutes and seconds below an hour, hours and minutes above."""
    assert Words("en").span(seconds) == english
    assert Words("zh").span(seconds) == chinese


def test_a_state_of_another_version_is_told_as_it_is() -> None:
    """What this version does not know is not hidden."""
    assert Words("en").state("dreaming") == "dreaming"


@pytest.mark.parametrize("code", ["farm-interrupted", "farm-made-elsewhere"])
def test_a_reason_for_giving_a_step_back_asks_for_no_facts(code: str) -> None:
    """Such a reason is stored by itself; a job that was interrupted can be shown all the same."""
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        assert all(told(code, {}, language))


def test_no_words_are_told_twice() -> None:
    """Those of one file would hide those of another."""
    told = Counter(
        key.value
        for path in CLI.glob("words*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    )
    assert [name for name, times in told.items() if times > 1] == []
