"""Promises about the shelf of models: what is found, what is told of damage, who changes it how."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.models import ModelShelf
from farm.models.cabinet import JOURNAL
from pipeline.plan.errors import AwayError, InputError, LecternError
from pipeline.plan.messages import tell
from pipeline.plan.models import WAV2LIP_LICENCE, ModelKind, Use, check_use
from tests.farm.models.cards import put


@pytest.fixture
def shelf(tmp_path: Path) -> ModelShelf:
    """A shelf that nobody put anything on yet."""
    return ModelShelf(tmp_path / "models")


def code_of(error: pytest.ExceptionInfo[LecternError]) -> str:
    """An error's code; it has words in both languages."""
    for language in ("en", "zh"):
        assert tell(error.value.code, error.value.facts, language)  # type: ignore[arg-type]
    return error.value.code


def test_an_empty_shelf_tells_what_to_put_where(shelf: ModelShelf) -> None:
    """One clear line with the folder and the command; nothing is made by looking."""
    with pytest.raises(InputError) as told:
        shelf.get(kind=ModelKind.WAV2LIP)
    assert code_of(told) == "model-missing"
    assert str(shelf.root) in tell(told.value.code, told.value.facts, "en")
    assert "lectern models add" in tell(told.value.code, told.value.facts, "en")
    assert not shelf.root.exists()


def test_the_only_model_of_a_kind_needs_no_name(shelf: ModelShelf) -> None:
    """Of several, one has to be named; what is found is the card and the file."""
    lips = put(shelf.root, "lips", b"one")
    put(shelf.root, "face", b"two", kind=ModelKind.RESTORER)
    found = shelf.get(kind="wav2lip")
    assert found.record == lips
    assert found.path.read_bytes() == b"one"
    put(shelf.root, "other", b"three")
    with pytest.raises(InputError) as told:
        shelf.get(kind=ModelKind.WAV2LIP)
    assert code_of(told) == "model-several"
    assert told.value.facts["known"] == "lips, other"
    assert shelf.get("other", kind=ModelKind.WAV2LIP).path.read_bytes() == b"three"


@pytest.mark.parametrize(
    ("name", "code"),
    [("nobody", "model-unknown"), ("../lips", "model-name-wrong"), ("face", "model-kind-wrong")],
)
def test_a_wrong_name_is_told(shelf: ModelShelf, name: str, code: str) -> None:
    """Unknown, hostile, or of another kind: each in its own words."""
    put(shelf.root, "face", b"two", kind=ModelKind.RESTORER)
    with pytest.raises(InputError) as told:
        shelf.get(name, kind=ModelKind.WAV2LIP)
    assert code_of(told) == code


def test_weights_are_found_by_their_digest(shelf: ModelShelf) -> None:
    """A film that was promised them finds them under any name, or is told that they are gone."""
    lips = put(shelf.root, "lips", b"one")
    assert shelf.by_digest(lips.digest).record.name == "lips"
    with pytest.raises(InputError) as told:
        shelf.by_digest("0" * 64)
    assert code_of(told) == "model-gone"


def test_a_file_that_was_cut_or_taken_away_is_told(shelf: ModelShelf) -> None:
    """Its size is looked at whenever it is asked for, its content when that is wanted."""
    record = put(shelf.root, "lips", b"one")
    path = shelf.get("lips", kind=ModelKind.WAV2LIP).path
    path.write_bytes(b"eno")
    assert shelf.get("lips", kind=ModelKind.WAV2LIP).path == path
    with pytest.raises(InputError) as told:
        shelf.check_content(record)
    assert code_of(told) == "model-damaged"
    path.write_bytes(b"on")
    with pytest.raises(InputError) as told:
        shelf.get("lips", kind=ModelKind.WAV2LIP)
    assert code_of(told) == "model-damaged"
    path.unlink()
    with pytest.raises(InputError) as told:
        shelf.get("lips", kind=ModelKind.WAV2LIP)
    assert code_of(told) == "model-weights-missing"
    assert [each.problem.code for each in shelf.listed() if each.problem] == ["model-weights-missing"]


def test_the_same_file_again_heals_what_lies_there(shelf: ModelShelf) -> None:
    """A damaged file is replaced by the sound one."""
    record = put(shelf.root, "lips", b"one")
    shelf.cabinet.file(record).write_bytes(b"eno")
    put(shelf.root, "lips", b"one")
    assert shelf.check_content(record).read_bytes() == b"one"


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "../../../../etc/passwd"},
        {"suffix": "/../../x"},
        {"name": "other"},
        {"kind": "voice"},
        {"bytes": "many"},
        {"acceptance": {"by": "Ada"}},
        {"padding": "x" * 300_000},
    ],
)
def test_a_card_that_somebody_changed_is_not_believed(shelf: ModelShelf, change: dict[str, object]) -> None:
    """No path is made of what stands on it, and the others are found all the same."""
    put(shelf.root, "lips", b"one")
    put(shelf.root, "sound", b"two")
    card = shelf.root / "cards/lips.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), **change}))
    with pytest.raises(InputError) as told:
        shelf.named("lips")
    assert code_of(told) == "model-card-damaged"
    assert [record.name for record in shelf.records()] == ["sound"]
    assert [(each.name, each.record is None) for each in shelf.listed()] == [("lips", True), ("sound", False)]
    assert shelf.remove("lips", by="Ada", at_ms=1) is None
    assert [each.name for each in shelf.listed()] == ["sound"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), at=st.integers(0, 200))
def test_any_card_is_read_or_told(shelf: ModelShelf, content: bytes, at: int) -> None:
    """Whatever is written over a card, looking at the shelf refuses nothing, and no path leaves it."""
    put(shelf.root, "lips", b"one")
    card = shelf.root / "cards/lips.json"
    whole = card.read_bytes()
    card.write_bytes(whole[:at] + content + whole[at + len(content) :])
    for each in shelf.listed():
        assert each.problem is None or each.problem.code.startswith("model-")
        if each.record is not None:
            assert shelf.cabinet.file(each.record).parent == shelf.root / "files"


def test_a_later_version_may_write_more_on_a_card(shelf: ModelShelf) -> None:
    """What this version does not know it leaves aside."""
    record = put(shelf.root, "lips", b"one")
    card = shelf.root / "cards/lips.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "schema": 2, "trained_on": "LRS2"}))
    assert shelf.named("lips") == record


def test_whoever_accepts_is_on_the_card_and_in_the_journal(shelf: ModelShelf) -> None:
    """A licence that forbids the use is overruled by name alone, with who, when and for what."""
    record = put(shelf.root, "lips", b"one", licence=WAV2LIP_LICENCE)
    with pytest.raises(InputError):
        check_use(record, Use.COMMERCIAL)
    shelf.accept("lips", Use.COMMERCIAL, by="Ada", at_ms=7)
    accepted = shelf.named("lips")
    check_use(accepted, Use.COMMERCIAL)
    assert (accepted.accepted_by, accepted.accepted_at) == ("Ada", 7)
    assert json.loads((shelf.root / JOURNAL).read_text()) == {
        "at_ms": 7,
        "event": "accepted",
        "by": "Ada",
        "model": "lips",
        "digest": record.digest,
        "licence": WAV2LIP_LICENCE,
        "use": "commercial",
    }


def test_nothing_is_accepted_that_is_allowed_anyway(shelf: ModelShelf) -> None:
    """A licence that allows the use needs nobody's word."""
    put(shelf.root, "lips", b"one", licence="MIT")
    assert shelf.accept("lips", Use.COMMERCIAL, by="Ada", at_ms=7).acceptance is None
    assert not (shelf.root / JOURNAL).exists()


def test_a_file_goes_with_its_last_name(shelf: ModelShelf) -> None:
    """Two names may share one file of weights."""
    record = put(shelf.root, "lips", b"one")
    put(shelf.root, "again", b"one")
    shelf.remove("lips", by="Ada", at_ms=1)
    assert shelf.get("again", kind=ModelKind.WAV2LIP).path.read_bytes() == b"one"
    shelf.remove("again", by="Ada", at_ms=2)
    assert not shelf.cabinet.file(record).exists()
    with pytest.raises(InputError) as told:
        shelf.remove("again", by="Ada", at_ms=3)
    assert code_of(told) == "model-shelf-empty"


def test_a_shelf_that_cannot_be_reached_is_away(tmp_path: Path) -> None:
    """It may come back: no model is called missing or damaged for it."""
    (tmp_path / "models").write_text("no folder")
    with pytest.raises(AwayError) as told:
        put(tmp_path / "models", "lips", b"one")
    assert code_of(told) == "model-shelf-away"


def _writer(root: str, number: int) -> None:
    shelf = ModelShelf(Path(root))
    for turn in range(10):
        put(shelf.root, f"own-{number}", b"the same weights", licence=WAV2LIP_LICENCE)
        put(shelf.root, "shared", b"the same weights", licence=WAV2LIP_LICENCE)
        shelf.accept("shared", Use.COMMERCIAL, by=f"writer {number}", at_ms=turn)
        shelf.remove(f"own-{number}", by=f"writer {number}", at_ms=turn)


def test_two_processes_change_it_at_once(shelf: ModelShelf) -> None:
    """No card and no line of the journal is torn, and the file that both share is never lost."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_writer, args=(str(shelf.root), number)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert [each.problem for each in shelf.listed()] == [None]
    assert shelf.get("shared", kind=ModelKind.WAV2LIP).path.read_bytes() == b"the same weights"
    lines = (shelf.root / JOURNAL).read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 2 * 10 * 2
    assert not list((shelf.root / "parts").iterdir())


def test_what_engines_keep_beside_a_model_goes_with_it(shelf: ModelShelf) -> None:
    """When the last card of a file is taken away, so is what was made of it; other models' stays."""
    put(shelf.root, "lips", b"one")
    put(shelf.root, "again", b"one")
    put(shelf.root, "other", b"two")
    made = []
    for name in ("lips", "other"):
        path = shelf.get(name, kind=ModelKind.WAV2LIP).path
        made.append(path.with_name(f"{path.name}.kernels.safetensors"))
        made[-1].write_bytes(b"made")
    shelf.remove("lips", by="Ada", at_ms=1)
    assert all(path.exists() for path in made)
    shelf.remove("again", by="Ada", at_ms=2)
    assert [path.exists() for path in made] == [False, True]
