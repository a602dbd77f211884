"""Promises about adding models: recognised by content, never run, under honest names and licences."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.models import ModelShelf
from farm.models import recognise as recognising
from farm.models.adding import Added, Wish, add_model
from farm.models.cabinet import JOURNAL
from farm.models.catalogue import Catalogue, Known, Terms
from farm.models.recognise import recognise
from pipeline.durable import digest_of
from pipeline.plan.errors import InputError
from pipeline.plan.messages import tell
from pipeline.plan.models import OWN, UNKNOWN, WAV2LIP_LICENCE, ModelKind, Use
from tests.support.restorer import random_restorer, require_spandrel
from tests.support.wav2lip import require_torch

Add = Callable[..., Added]


@pytest.fixture
def shelf(tmp_path: Path) -> ModelShelf:
    """A shelf that nobody put anything on yet."""
    return ModelShelf(tmp_path / "models")


@pytest.fixture
def restorer(tmp_path: Path) -> Path:
    """A small restorer's file."""
    require_spandrel()
    path = tmp_path / "face restorer.PTH"
    random_restorer(path)
    return path


@pytest.fixture
def add(shelf: ModelShelf) -> Add:
    """Adds a file as Ada."""

    def adding(file: Path, catalogue: Catalogue | None = None, **wish: object) -> Added:
        return add_model(shelf, catalogue or Catalogue(), file, Wish(**wish), by="Ada", at_ms=5)  # type: ignore[arg-type]

    return adding


def refused(call: Callable[[], object], shelf: ModelShelf) -> InputError:
    """Why a file is not added, which there are words for; nothing of it stays on the shelf."""
    before = sorted(path for path in shelf.root.rglob("*") if path.is_file())
    with pytest.raises(InputError) as told:
        call()
    assert tell(told.value.code, told.value.facts, "en")
    assert tell(told.value.code, told.value.facts, "zh")
    after = sorted(path for path in shelf.root.rglob("*") if path.is_file() and path.name != ".lock")
    assert [path for path in before if path.name != ".lock"] == after
    return told.value


def known_as(file: Path, **changes: object) -> Known:
    """A catalogue's entry of a file."""
    entry = Known(
        name="known",
        kind=ModelKind.RESTORER,
        file="known.pth",
        bytes=file.stat().st_size,
        digest=digest_of(file),
        licence=WAV2LIP_LICENCE,
        terms=Terms(en="Not for business.", zh="不得商用。"),
        page="https://owner.example/",
    )
    return entry.model_copy(update=changes)


def test_a_generator_is_recognised(shelf: ModelShelf, add: Add, wav2lip_checkpoint: Path) -> None:
    """Wav2Lip's own container is known by what it holds; nobody has to say anything."""
    added = add(wav2lip_checkpoint)
    assert (added.new, added.opened) == (True, True)
    record = added.model.record
    assert (record.name, record.kind, record.engine) == ("wav2lip", ModelKind.WAV2LIP, "wav2lip")
    assert (record.licence, record.uses, record.trusted) == (UNKNOWN, (), False)
    assert record.digest == digest_of(wav2lip_checkpoint) == digest_of(added.model.path)
    assert shelf.get(kind=ModelKind.WAV2LIP).record == record
    assert not list((shelf.root / "parts").iterdir())


def test_a_restorer_is_recognised(shelf: ModelShelf, add: Add, restorer: Path) -> None:
    """Its name is made of the file's; what somebody says of it stands on its card."""
    record = add(restorer, licence=OWN, languages=("en", "zh-Hans"), vram_mb=900).model.record
    assert (record.name, record.kind, record.engine) == ("face-restorer", ModelKind.RESTORER, "spandrel")
    assert (record.licence, record.uses) == (OWN, tuple(Use))
    assert (record.languages, record.vram_mb, record.suffix) == (("en", "zh-Hans"), 900, ".pth")
    line = json.loads((shelf.root / JOURNAL).read_text())
    assert (line["event"], line["by"], line["model"], line["licence"]) == (
        "added",
        "Ada",
        "face-restorer",
        OWN,
    )


def test_the_same_again_is_the_same(shelf: ModelShelf, add: Add, restorer: Path) -> None:
    """No second card; what is said now is added to it; another licence was not accepted with the first."""
    first = add(restorer, licence="CC-BY-NC-4.0").model.record
    shelf.accept(first.name, Use.COMMERCIAL, by="Ada", at_ms=6)
    again = add(restorer, vram_mb=700)
    assert not again.new
    assert again.model.record == replace(shelf.named(first.name), vram_mb=700)
    assert again.model.record.accepted_by == "Ada"
    assert add(restorer, licence="S-Lab-1.0").model.record.acceptance is None
    assert [each.name for each in shelf.listed()] == [first.name]


def test_one_file_may_have_two_names(shelf: ModelShelf, add: Add, restorer: Path) -> None:
    """Both cards point to one file."""
    add(restorer, name="one")
    add(restorer, name="two")
    assert [record.name for record in shelf.records()] == ["one", "two"]
    assert len(list((shelf.root / "files").iterdir())) == 1


def test_a_name_is_never_given_to_other_weights(
    shelf: ModelShelf, add: Add, restorer: Path, tmp_path: Path
) -> None:
    """Whoever names it is told; a name made of the file's gets a number. Case makes no difference."""
    add(restorer)
    other = tmp_path / "Face Restorer.pth"
    random_restorer(other, seed=2)
    error = refused(lambda: add(other, name="FACE-restorer"), shelf)
    assert error.code == "model-name-taken"
    assert add(other).model.record.name == "Face-Restorer-2"


def test_a_known_file_bears_its_owners_terms(shelf: ModelShelf, add: Add, restorer: Path) -> None:
    """Whatever it is called, name, kind and licence are the catalogue's; no other licence is believed."""
    catalogue = Catalogue([known_as(restorer)])
    error = refused(lambda: add(restorer, catalogue, licence=OWN), shelf)
    assert error.code == "model-licence-known"
    record = add(restorer, catalogue).model.record
    assert (record.name, record.licence) == ("known", WAV2LIP_LICENCE)
    assert record.uses == (Use.RESEARCH, Use.PERSONAL)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"name": "../x"}, "model-name-wrong"),
        ({"licence": "MIT\n"}, "model-licence-wrong"),
        ({"languages": ("en", "e n")}, "model-language-wrong"),
    ],
)
def test_a_hostile_wish_is_refused(
    shelf: ModelShelf, add: Add, tmp_path: Path, wish: dict[str, object], code: str
) -> None:
    """Before anything is read."""
    assert refused(lambda: add(tmp_path / "nothing.pth", **wish), shelf).code == code


def test_what_is_no_file_is_refused(shelf: ModelShelf, add: Add, tmp_path: Path) -> None:
    """Nothing there, a pipe that nobody writes to, a path with a zero in it; an empty folder is no model."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert refused(lambda: add(tmp_path / "folder"), shelf).code == "model-folder-incomplete"
    for name in ("nothing.pth", "pipe", "a\0b", "x" * 300):
        assert refused(lambda name=name: add(tmp_path / name), shelf).code == "model-source-unreadable"  # type: ignore[misc]


class _Trap:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_a_malicious_file_is_refused_and_not_run(shelf: ModelShelf, add: Add, tmp_path: Path) -> None:
    """It is named as its owner calls it."""
    require_torch()
    file, mark = tmp_path / "free weights.pth", tmp_path / "ran"
    file.write_bytes(pickle.dumps({"state_dict": _Trap(mark)}, protocol=2))
    for kind in (None, ModelKind.WAV2LIP, ModelKind.RESTORER):
        error = refused(lambda kind=kind: add(file, kind=kind), shelf)  # type: ignore[misc]
        assert (error.code, error.facts["file"]) == ("model-file-code", "free weights.pth")
    assert refused(lambda: add(file, kind=ModelKind.COQUI), shelf).code == "model-folder-needed"
    assert not mark.exists()


def test_weights_of_another_network_are_told_by_their_first_difference(
    shelf: ModelShelf, add: Add, tmp_path: Path, wav2lip_checkpoint: Path
) -> None:
    """The entry and its shape, of the network that it is nearest to."""
    require_spandrel()
    import torch

    held = torch.load(wav2lip_checkpoint, weights_only=True, mmap=True)["state_dict"]
    some = dict(list(held.items())[:40])
    first = next(iter(some))
    some[first] = torch.zeros(2, 3)
    file = tmp_path / "other.pth"
    torch.save({"state_dict": some}, file)
    error = refused(lambda: add(file), shelf)
    assert error.code == "model-entry-shape"
    assert error.facts["key"] == first.removeprefix("module.")
    assert error.facts["found"] == "2 x 3"


def test_where_nothing_can_look_somebody_has_to_say(
    shelf: ModelShelf, add: Add, restorer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without the libraries keeps the file on somebody's word, and tells that it did not look."""
    monkeypatch.setattr(recognising, "find_spec", lambda _library: None)
    error = refused(lambda: add(restorer), shelf)
    assert error.code == "model-kind-unsure"
    added = add(restorer, kind=ModelKind.RESTORER)
    assert not added.opened
    assert added.model.record.kind is ModelKind.RESTORER


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=64)), cut=st.booleans())
def test_no_damage_gets_past(restorer: Path, tmp_path: Path, change: tuple[int, bytes], cut: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever happens to a file's beginning or end, it is recognised or refused with a code: that is all."""
    content = bytearray(restorer.read_bytes())
    where, what = change
    content[where : where + len(what)] = what
    path = tmp_path / "damaged.pth"
    path.write_bytes(content[: len(content) - where] if cut else content)
    with contextlib.suppress(InputError):
        recognise(path, trusted=False, kind=ModelKind.RESTORER, file="damaged.pth")
