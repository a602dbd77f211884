"""Promises about models that are folders: what is taken of one, that nothing in it runs, how it lies."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from farm.models import ModelShelf
from farm.models.adding import Added, Wish, add_model
from farm.models.catalogue import Catalogue
from farm.models.folders import chosen_of, kind_of
from pipeline.engines.weights import digest_of_model, files_in, vouched
from pipeline.plan.errors import InputError
from pipeline.plan.messages import tell
from pipeline.plan.models import ModelKind, digest_of_files
from tests.farm.models.cards import put_folder

_QWEN = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2"}


def code_of(call: Callable[[], object]) -> tuple[str, str]:
    """Why something is refused: the code, and its words in English; there are Chinese ones, too."""
    with pytest.raises(InputError) as refused:
        call()
    assert tell(refused.value.code, refused.value.facts, "zh")
    return refused.value.code, tell(refused.value.code, refused.value.facts, "en")


def folder_of(path: Path, *names: str, config: object = None) -> Path:
    """A folder of files with a few bytes each, and a configuration."""
    path.mkdir()
    for name in names:
        (path / name).write_text(name)
    (path / "config.json").write_text(json.dumps(_QWEN if config is None else config))
    return path


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"model": "vits"}, ModelKind.COQUI),
        ({"model": "xtts"}, ModelKind.COQUI),
        ({"model": "freevc"}, ModelKind.CONVERTER),
        (_QWEN, ModelKind.WRITER),
        ({"model_type": "llama"}, ModelKind.WRITER),
    ],
)
def test_a_folder_is_known_by_its_configuration(
    tmp_path: Path, config: dict[str, object], kind: ModelKind
) -> None:
    """Whatever it is called."""
    assert kind_of(folder_of(tmp_path / "some", config=config)) is kind


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "[" * 100_000, " " * (4 << 20) + "{}"])
def test_a_configuration_that_is_none_is_told(tmp_path: Path, content: str) -> None:
    """Cut off, of another form, or without end."""
    (tmp_path / "config.json").write_text(content)
    assert code_of(lambda: kind_of(tmp_path))[0] == "model-config-unreadable"


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    """One without a configuration, and one with another's."""
    code, words = code_of(lambda: kind_of(tmp_path))
    assert (code, "config.json is missing" in words) == ("model-folder-incomplete", True)
    other = folder_of(tmp_path / "site", config={"theme": "dark"})
    assert code_of(lambda: kind_of(other))[0] == "model-folder-unknown"


def test_only_what_belongs_to_a_model_is_taken(tmp_path: Path) -> None:
    """The rest is named: pictures, pickles beside safetensors, programs, folders, hidden files."""
    weights = ("model.safetensors", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
    others = (
        "README.md",
        "pytorch_model.bin",
        "modeling_qwen.py",
        "consolidated.safetensors",
        ".gitattributes",
    )
    folder = folder_of(tmp_path / "qwen", *weights, *others)
    (folder / "samples").mkdir()
    chosen = chosen_of(folder, ModelKind.WRITER, trusted=False)
    assert sorted(chosen.files) == sorted((*weights, "config.json"))
    assert set(chosen.left_out) == {name for name in others if not name.startswith(".")}
    trusting = chosen_of(folder, ModelKind.WRITER, trusted=True)
    assert set(trusting.files) - set(chosen.files) == {"modeling_qwen.py"}


def test_links_are_followed(tmp_path: Path) -> None:
    """Caches of models are made of them; one that leads nowhere is a file that is missing."""
    (tmp_path / "blob").write_text("weights")
    folder = folder_of(tmp_path / "qwen", "tokenizer.json")
    (folder / "model.safetensors").symlink_to(tmp_path / "blob")
    assert (
        chosen_of(folder, ModelKind.WRITER, trusted=False).files["model.safetensors"].read_text() == "weights"
    )
    (tmp_path / "blob").unlink()
    code, words = code_of(lambda: chosen_of(folder, ModelKind.WRITER, trusted=False))
    assert (code, "model.safetensors is missing" in words) == ("model-folder-incomplete", True)


def test_of_several_checkpoints_the_latest_is_taken(tmp_path: Path) -> None:
    """By number, not by letters; the best one, where there is one, before all; it is kept as model.pth."""
    folder = folder_of(
        tmp_path / "vits", "checkpoint_9000.pth", "checkpoint_10000.pth", config={"model": "vits"}
    )
    assert chosen_of(folder, ModelKind.COQUI, trusted=False).files["model.pth"].name == "checkpoint_10000.pth"
    (folder / "best_model.pth").write_text("best")
    chosen = chosen_of(folder, ModelKind.COQUI, trusted=False)
    assert chosen.files["model.pth"].name == "best_model.pth"
    assert set(chosen.left_out) == {"checkpoint_9000.pth", "checkpoint_10000.pth"}


def test_every_shard_of_an_index_has_to_be_there(tmp_path: Path) -> None:
    """The missing ones are named, and no name leads out of the folder."""
    folder = folder_of(tmp_path / "qwen", "tokenizer.json", "model-1.safetensors", "model-3.safetensors")
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}))
    code, words = code_of(lambda: chosen_of(folder, ModelKind.WRITER, trusted=False))
    assert (code, "model-2.safetensors is missing" in words) == ("model-folder-incomplete", True)
    (folder / "model-2.safetensors").write_text("b")
    chosen = chosen_of(folder, ModelKind.WRITER, trusted=False)
    assert {"model-1.safetensors", "model-2.safetensors", index.name} <= chosen.files.keys()
    assert chosen.left_out == ("model-3.safetensors",)
    for wrong in ({"a": "../model-1.safetensors"}, {"a": "model-1.bin"}, {}, None):
        index.write_text(json.dumps({"weight_map": wrong}))
        refused = code_of(lambda: chosen_of(folder, ModelKind.WRITER, trusted=False))
        assert refused[0] == "model-config-unreadable"


@pytest.mark.parametrize(
    ("names", "code", "told"),
    [
        (("tokenizer.json", "pytorch_model.bin"), "model-folder-pickle", "pytorch_model.bin"),
        (("model.safetensors",), "model-folder-incomplete", "tokenizer.model"),
        (("tokenizer.json",), "model-folder-incomplete", "model.safetensors"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, names: tuple[str, ...], code: str, told: str) -> None:
    """Also weights that are there as a pickle alone."""
    folder = folder_of(tmp_path / "qwen", *names)
    found, words = code_of(lambda: chosen_of(folder, ModelKind.WRITER, trusted=False))
    assert (found, told in words) == (code, True)


def test_a_folder_without_end_is_refused(tmp_path: Path) -> None:
    """Too many files, and a file that claims a size that no disk has."""
    named = [f"model-{number}.safetensors" for number in range(70)]
    folder = folder_of(tmp_path / "many", "tokenizer.json", *named)
    index = {"weight_map": {name: name for name in named}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert code_of(lambda: chosen_of(folder, ModelKind.WRITER, trusted=False))[0] == "model-folder-large"
    large = folder_of(tmp_path / "large", "tokenizer.json", "model.safetensors")
    os.truncate(large / "model.safetensors", 201_000_000_000)
    assert code_of(lambda: chosen_of(large, ModelKind.WRITER, trusted=False))[0] == "model-folder-large"


class _Harm:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


@pytest.fixture
def add(tmp_path: Path) -> Callable[..., Added]:
    """Adds a folder as Ada."""
    shelf = ModelShelf(tmp_path / "models")

    def adding(folder: Path, **wish: object) -> Added:
        return add_model(shelf, Catalogue(), folder, Wish(**wish), by="Ada", at_ms=5)  # type: ignore[arg-type]

    return adding


def test_a_folder_is_not_believed_to_be_something_else(add: Callable[..., Added], tmp_path: Path) -> None:
    """Whoever says so is told; a file is no folder, either."""
    folder = folder_of(tmp_path / "qwen", "tokenizer.json", "model.safetensors")
    assert code_of(lambda: add(folder, kind=ModelKind.WAV2LIP))[0] == "model-folder-other"
    file = folder / "model.safetensors"
    assert code_of(lambda: add(file, kind=ModelKind.WRITER))[0] == "model-folder-needed"
    assert not list((tmp_path / "models").rglob("*.json"))


def put_two(root: Path) -> ModelShelf:
    """A shelf with a folder, whose files have a few bytes each."""
    put_folder(root, "qwen", {"config.json": b"{}", "model.safetensors": b"weights"})
    return ModelShelf(root)


def test_a_folder_lies_closed_and_whole(tmp_path: Path) -> None:
    """No library writes into it; its digest is that of its files' names and contents."""
    shelf = put_two(tmp_path)
    model = shelf.get(kind=ModelKind.WRITER)
    assert model.path == tmp_path / "files" / model.record.digest
    assert {path.name for path in model.path.iterdir()} == {"config.json", "model.safetensors"}
    assert {path.stat().st_mode & 0o777 for path in model.path.iterdir()} == {0o444}
    assert model.path.stat().st_mode & 0o777 == 0o555
    assert (
        model.record.digest == digest_of_model(model.path) == digest_of_files(reversed(files_in(model.path)))
    )
    assert model.record.bytes == 9
    assert not list((tmp_path / "parts").iterdir())


def test_whatever_happens_to_a_folder_is_told(tmp_path: Path) -> None:
    """A file that is gone or was cut at once; one that was changed, or is one too many, when it is read."""
    shelf = put_two(tmp_path)
    model = shelf.get(kind=ModelKind.WRITER)
    model.path.chmod(0o755)
    file = model.path / "model.safetensors"

    def changed(content: bytes) -> None:
        file.unlink(missing_ok=True)
        file.write_bytes(content)

    changed(b"sthgiew")
    shelf.get(kind=ModelKind.WRITER)
    assert code_of(lambda: shelf.check_content(model.record))[0] == "model-damaged"
    changed(b"weights")
    shelf.check_content(model.record)
    (model.path / "evil.py").write_text("")
    assert code_of(lambda: shelf.check_content(model.record))[0] == "model-damaged"
    with pytest.raises(InputError, match="model-damaged"), vouched(model.weights):
        raise AssertionError
    (model.path / "evil.py").unlink()
    changed(b"weight")
    assert code_of(lambda: shelf.get(kind=ModelKind.WRITER))[0] == "model-damaged"
    file.unlink()
    assert code_of(lambda: shelf.get(kind=ModelKind.WRITER))[0] == "model-weights-missing"
    put_two(tmp_path)
    assert shelf.check_content(model.record) == model.path
    assert not list((tmp_path / "parts").iterdir())


def test_what_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    """Also a file that is put beside the others."""
    model = put_two(tmp_path).get(kind=ModelKind.WRITER)
    model.path.chmod(0o755)
    with pytest.raises(InputError, match="model-damaged"), vouched(model.weights) as path:
        (path / "more.json").write_text("{}")


def test_a_folder_goes_with_its_last_name(tmp_path: Path) -> None:
    """With all its files."""
    shelf = put_two(tmp_path)
    put_folder(tmp_path, "again", {"config.json": b"{}", "model.safetensors": b"weights"})
    path = shelf.get("qwen", kind=ModelKind.WRITER).path
    shelf.remove("qwen", by="Ada", at_ms=1)
    assert path.is_dir()
    shelf.remove("again", by="Ada", at_ms=2)
    assert not path.exists()


@pytest.mark.parametrize("name", ["../cards/x", "/etc/passwd", "", ".", "a/b", "a\nb"])
def test_no_path_is_made_of_what_a_card_says(tmp_path: Path, name: str) -> None:
    """Names of files that lead elsewhere make a card a damaged one, and so do any but its digest's."""
    shelf = put_two(tmp_path)
    card = tmp_path / "cards/qwen.json"
    told = json.loads(card.read_text())
    told["files"][0]["name"] = name
    card.write_text(json.dumps(told))
    assert code_of(lambda: shelf.named("qwen"))[0] == "model-card-damaged"
    told["files"][0]["name"] = "other.json"
    card.write_text(json.dumps(told))
    assert code_of(lambda: shelf.named("qwen"))[0] == "model-card-damaged"


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    """In each file of a voice's folder; it is named, and nothing of it was run."""
    torch = pytest.importorskip("torch")
    from pipeline.engines.plainfile import make_plain

    mark = tmp_path / "ran"
    source, target = tmp_path / "model.pth", tmp_path / "out"
    for table in (False, True):
        source.write_bytes(pickle.dumps({"model": _Harm(mark)}, protocol=2))
        code, words = code_of(partial(make_plain, source, target, table=table))
        assert (code, "model.pth" in words) == ("model-file-code", True)
        torch.save({"model": {"w": torch.zeros(2)}, "more": _Harm(mark)}, source)
        assert code_of(partial(make_plain, source, target, table=table))[0] == "model-file-code"
    assert not mark.exists()
    assert not target.exists()
