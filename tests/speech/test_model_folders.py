"""Promises about adding models that hear and write, with their own libraries: real files, opened for real."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.exits import Exit
from cli.main import run
from farm.models import ModelShelf
from farm.models.adding import Added, Wish, add_model
from farm.models.catalogue import Catalogue
from farm.models.verifying import verified
from pipeline.durable import digest_of
from pipeline.plan.errors import InputError
from pipeline.plan.models import OWN, ModelKind
from tests.support.shared import made_once
from tests.support.speech import require
from tests.support.speech_models import make_freevc, make_whisper, make_writer, make_your_tts

require("transformers", "whisper", "TTS")

import torch  # noqa: E402 - where it is not installed, this file is skipped above
from safetensors.torch import load_file, save_file  # noqa: E402 - likewise

Add = Callable[..., Added]


@pytest.fixture
def shelf(tmp_path: Path) -> ModelShelf:
    """A shelf that nobody put anything on yet."""
    return ModelShelf(tmp_path / "models")


@pytest.fixture
def add(shelf: ModelShelf) -> Add:
    """Adds a file or folder as Ada."""

    def adding(path: Path, **wish: object) -> Added:
        return add_model(shelf, Catalogue(), path, Wish(licence=OWN, **wish), by="Ada", at_ms=5)  # type: ignore[arg-type]

    return adding


@pytest.fixture
def writer(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A folder of a language model, to do with as one likes."""
    made = made_once(tmp_path_factory, "writer", make_writer)
    return Path(shutil.copytree(made, tmp_path / "Qwen2.5-tiny"))


@pytest.fixture
def ear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of Whisper, which nobody may change."""
    return made_once(tmp_path_factory, "whisper.pt", make_whisper)


def refused(add: Add, path: Path, shelf: ModelShelf, **wish: object) -> InputError:
    """Why a model is not added; nothing of it stays."""
    with pytest.raises(InputError) as told:
        add(path, **wish)
    assert not [path for path in shelf.root.rglob("*") if path.is_file() and path.name != ".lock"]
    return told.value


def test_a_whisper_is_recognised_by_what_it_holds(shelf: ModelShelf, add: Add, ear: Path) -> None:
    """As one file, with what it can do on its card; and verified once more."""
    added = add(ear)
    record = added.model.record
    assert (record.kind, record.engine, record.suffix, added.opened) == (
        ModelKind.WHISPER,
        "whisper",
        ".pt",
        True,
    )
    traits = dict(record.traits)
    assert {"en", "zh", "jv"} < set(traits.pop("languages"))
    assert traits == {"multilingual": ("yes",), "mels": ("80",), "layers": ("2",)}
    assert record.digest == digest_of(ear)
    assert [each.problem for each in verified(shelf)] == [None]


@pytest.mark.parametrize("wrong", ["dims", "many", "heads", "shape", "missing", "extra", "nan"])
def test_a_whisper_that_does_not_fit_itself_is_refused(
    shelf: ModelShelf, add: Add, ear: Path, tmp_path: Path, wrong: str
) -> None:
    """With the first entry that differs, before any memory is asked for by its numbers."""
    held = torch.load(ear, weights_only=True)
    dims, weights = held["dims"], held["model_state_dict"]
    first = next(name for name in weights if name.endswith("weight"))
    match wrong:
        case "dims":
            del dims["n_mels"]
        case "many":
            dims["n_vocab"] = 1 << 40
        case "heads":
            dims["n_text_head"] = 3
        case "shape":
            weights[first] = torch.zeros(2, 3)
        case "missing":
            del weights[first]
        case "extra":
            weights["more"] = torch.zeros(1)
        case _:
            weights[first] = torch.full_like(weights[first], torch.nan)
    path = tmp_path / "ear.pt"
    torch.save(held, path)
    error = refused(add, path, shelf, kind=ModelKind.WHISPER)
    other = dict.fromkeys(("dims", "many", "heads"), "ear-other")
    codes = {**other, "nan": "entry-impossible"}
    assert error.code == f"model-{codes.get(wrong, 'weights-unfit')}"
    if wrong in {"shape", "missing"}:
        assert (error.facts["key"], error.facts["file"]) == (first, "ear.pt")


def test_a_writer_is_recognised_by_its_folder(shelf: ModelShelf, add: Add, writer: Path) -> None:
    """Named as the folder, with what it can read on its card; the same again is the same."""
    (writer / "README.md").write_text("A model.")
    added = add(writer)
    record = added.model.record
    assert (record.name, record.kind, record.engine) == ("Qwen2.5-tiny", ModelKind.WRITER, "transformers")
    assert record.traits["architecture"] == ("Qwen2ForCausalLM",)
    assert record.traits["context"] == ("2048",)
    assert added.left_out == ("README.md",)
    assert {file.name for file in record.files} >= {"config.json", "model.safetensors", "tokenizer.json"}
    assert not add(writer).new
    assert [each.problem for each in verified(shelf)] == [None]
    (writer / "generation_config.json").write_text('{"temperature": 2.0}')
    assert add(writer).model.record.digest != record.digest


@pytest.mark.parametrize("family", ["Llama", "Glm4"])
def test_writers_of_other_families_are_recognised(add: Add, tmp_path: Path, family: str) -> None:
    """Whatever their networks are called."""
    make_writer(tmp_path / family, family=family)
    assert add(tmp_path / family).model.record.traits["architecture"] == (f"{family}ForCausalLM",)


def test_a_model_that_cannot_answer_is_refused(shelf: ModelShelf, add: Add, writer: Path) -> None:
    """Without a chat template nobody knows how to ask it."""
    (writer / "chat_template.jinja").unlink()
    assert refused(add, writer, shelf).code == "model-no-chat-template"


@pytest.mark.parametrize("wrong", ["shape", "missing", "cut", "words"])
def test_weights_that_do_not_fit_are_refused(shelf: ModelShelf, add: Add, writer: Path, wrong: str) -> None:
    """With the first entry that differs: the library itself would draw what is missing by lot."""
    file = writer / "model.safetensors"
    weights = load_file(file)
    name = "model.layers.0.mlp.up_proj.weight"
    match wrong:
        case "shape":
            weights[name] = torch.zeros(3, 3)
        case "missing":
            del weights[name]
        case "words":
            for each in ("model.embed_tokens.weight", "lm_head.weight"):
                weights[each] = weights[each][:200].clone()
            config = writer / "config.json"
            config.write_text(json.dumps(json.loads(config.read_text()) | {"vocab_size": 200}))
    if wrong == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    else:
        save_file(weights, file, metadata={"format": "pt"})
    error = refused(add, writer, shelf)
    keys = {"shape": name, "missing": name, "words": "vocab_size"}
    assert error.code == ("model-file-broken" if wrong == "cut" else "model-weights-unfit")
    assert error.facts.get("key") == keys.get(wrong)


def test_a_program_beside_weights_is_run_for_who_trusts_it_alone(
    shelf: ModelShelf, add: Add, writer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that the library does not know is refused; nothing of its program was run."""
    mark = tmp_path / "ran"
    (writer / "evil.py").write_text(_PROGRAM.replace("MARK", str(mark)))
    config = json.loads((writer / "config.json").read_text())
    programs = {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"}
    config |= {"model_type": "evil", "auto_map": programs}
    (writer / "config.json").write_text(json.dumps(config))
    assert refused(add, writer, shelf).code == "model-folder-code"
    assert not mark.exists()
    # Where the library keeps programs that it runs.
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "programs"))
    added = add(writer, trusted=True)
    assert mark.exists()
    assert added.model.record.trusted
    assert added.model.record.traits["architecture"] == ("M",)
    assert "evil.py" in {file.name for file in added.model.record.files}


_PROGRAM = """
from pathlib import Path
from transformers import Qwen2Config, Qwen2ForCausalLM
Path("MARK").touch()
class C(Qwen2Config):
    model_type = "evil"
class M(Qwen2ForCausalLM):
    config_class = C
"""


def test_another_librarys_model_cannot_write(shelf: ModelShelf, add: Add, writer: Path) -> None:
    """A network that no texts are continued with is told in the library's words."""
    config = json.loads((writer / "config.json").read_text())
    config |= {"architectures": ["WhisperForConditionalGeneration"], "model_type": "nothing-such"}
    (writer / "config.json").write_text(json.dumps(config))
    error = refused(add, writer, shelf)
    assert error.code == "model-writer-other"
    assert "nothing-such" in str(error.facts["reason"])


@pytest.fixture
def voice(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A folder of a YourTTS, to do with as one likes."""
    made = made_once(tmp_path_factory, "your-tts", make_your_tts)
    return Path(shutil.copytree(made, tmp_path / "your_tts"))


def test_a_voice_is_recognised_by_its_folder(shelf: ModelShelf, add: Add, voice: Path) -> None:
    """Its languages and speakers stand on its card; pickles lie on the shelf as plain tensors."""
    (voice / "model.pth").rename(voice / "checkpoint_9.pth")
    added = add(voice, kind=ModelKind.COQUI)
    record = added.model.record
    assert (record.name, record.kind, record.engine) == ("your_tts", ModelKind.COQUI, "coqui")
    assert record.languages == ("en", "fr-FR", "pt-BR")
    assert record.traits["family"] == ("your_tts",)
    assert record.traits["speakers"] == ("one", "two")
    assert record.traits["cloned"] == ("yes",)
    for name in ("model.pth", "model_se.pth"):
        held = torch.load(added.model.path / name, weights_only=True)
        assert sorted(held) == ["model", "step"]
    assert not add(voice).new
    assert [each.problem for each in verified(shelf)] == [None]


@pytest.mark.parametrize("file", ["model.pth", "model_se.pth", "speakers.pth"])
def test_no_file_of_a_voice_runs_anything(
    shelf: ModelShelf, add: Add, voice: Path, tmp_path: Path, file: str
) -> None:
    """Whichever of them names code to call: it is named, and not run."""
    mark = tmp_path / "ran"
    torch.save({"model": {"w": torch.zeros(1)}, "one": Harm(mark)}, voice / file)
    error = refused(add, voice, shelf)
    assert (error.code, error.facts["file"]) == ("model-file-code", file)
    assert not mark.exists()


class Harm:
    """What is called when a pickle of it is opened: something that leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("wrong", ["shape", "missing"])
def test_a_voice_that_does_not_fit_itself_is_refused(
    shelf: ModelShelf, add: Add, voice: Path, wrong: str
) -> None:
    """With the first entry that differs."""
    held = torch.load(voice / "model.pth", weights_only=True)
    first = next(iter(held["model"]))
    held["model"].pop(first)
    if wrong == "shape":
        held["model"][first] = torch.zeros(2, 3)
    torch.save(held, voice / "model.pth")
    error = refused(add, voice, shelf)
    assert (error.code, error.facts["key"]) == ("model-config-wrong", first)
    assert str(error.facts["found"]).startswith("2×3 ≠ ") is (wrong == "shape")


def test_a_family_that_is_not_known_is_refused(shelf: ModelShelf, add: Add, voice: Path) -> None:
    """With the list of those that are."""
    config = voice / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"model": "bark"}))
    error = refused(add, voice, shelf)
    assert (error.code, error.facts["family"]) == ("model-family-unknown", "bark")


def test_a_voice_converter_needs_what_it_listens_with(shelf: ModelShelf, add: Add, tmp_path: Path) -> None:
    """WavLM's file, which its library would download, and a speaker encoder where it asks for one."""
    made = tmp_path / "freevc24"
    make_freevc(made)
    config, heard = made / "config.json", made / "WavLM-Large.pt"
    told = json.loads(config.read_text())
    config.write_text(json.dumps(told | {"model_args": told["model_args"] | {"use_spk": True}}))
    assert refused(add, made, shelf).facts["missing"] == "speaker_encoder.pt"
    config.write_text(json.dumps(told))
    heard.rename(tmp_path / "away")
    assert refused(add, made, shelf).facts["missing"] == "WavLM-Large.pt"
    (tmp_path / "away").rename(heard)
    record = add(made).model.record
    assert (record.kind, record.engine) == (ModelKind.CONVERTER, "freevc")
    assert record.traits == {"family": ("freevc",), "rate": ("24000",)}
    held = torch.load(shelf.get(kind=ModelKind.CONVERTER).path / heard.name, weights_only=True)
    assert held["cfg"]["encoder_layers"] == 1


def test_a_folder_is_added_by_one_command(
    voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left out is told; the card tells of the model: to a machine all, to a person the beginning."""
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    (voice / "events.out").write_text("what a training leaves")

    def lectern(*arguments: str) -> str:
        out, err = io.StringIO(), io.StringIO()
        assert run(["models", *arguments], {}, out, err) == Exit.OK, err.getvalue()
        return out.getvalue()

    told = lectern("add", str(voice), "--licence", "CC-BY-NC-ND-4.0")
    assert "your_tts is on the shelf (for voices)" in told
    assert "events.out" in told
    shown = lectern("show", "your_tts", "--lang", "zh")
    assert "模型信息" in shown
    assert "family: your_tts" in shown
    document = json.loads(lectern("show", "your_tts", "--json"))
    assert "model.pth" in document["files"]
    assert document["traits"]["speakers"] == ["one", "two"]
    assert document["uses"] == ["research", "personal"]
