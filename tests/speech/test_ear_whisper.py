"""Whisper's own promises: words where they are said, arithmetic, what is no checkpoint, and its limits."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.weights import Weights
from pipeline.plan.doubt import Limits
from pipeline.plan.errors import InputError
from tests.support.ears import HELLO, LIMITS, TEXT, make_reciting, noise, open_whisper, require_ears
from tests.support.shared import made_once

require_ears()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.ear.whisper import engine  # noqa: E402
from pipeline.engines.ear.whisper.arithmetic import halved, quantised  # noqa: E402
from pipeline.engines.ear.whisper.checkpoint import traits_of  # noqa: E402
from pipeline.engines.ear.whisper.engine import WhisperEar  # noqa: E402
from pipeline.engines.ear.whisper.library import library, load  # noqa: E402
from pipeline.engines.ear.whisper.tongues import hears  # noqa: E402

#: SHA-256 of OpenAI's distributed files.
_TINY = "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9"


@pytest.fixture(scope="module")
def reciting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that hears one sentence."""
    return made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO))


@pytest.fixture(scope="module")
def ear(reciting: Path) -> Iterator[WhisperEar]:
    """It, opened."""
    opened = open_whisper(reciting)
    assert isinstance(opened, WhisperEar)
    yield opened
    opened.close()


def test_words_are_where_they_are_said(ear: WhisperEar) -> None:
    """Within 0.4 s here, where one head of attention points at one frame."""
    for heard in (ear.hear(noise(3)).words, ear.align(noise(3), TEXT, language="en")):
        for word, (text, start, end) in zip(heard, HELLO, strict=True):
            assert word.text == text.strip()
            assert abs(word.start / 16_000 - start) < 0.4
            assert abs(word.end / 16_000 - end) < 0.4


def test_the_language_is_found_out(tmp_path: Path) -> None:
    """And is a tag of BCP 47, whatever Whisper calls it."""
    for code, tag in (("zh", "zh"), ("jw", "jv")):
        make_reciting(tmp_path / code, [(" one", 0.2, 0.6), (" two", 0.8, 1.2)], language=code)
        heard = open_whisper(tmp_path / code).hear(noise(2), timed=False)
        assert (heard.text, heard.language) == ("one two", tag)


def test_a_number_generator_stays_where_it_was(ear: WhisperEar) -> None:
    """Lots that it draws are its own; so are the threads that it computes with."""
    torch.manual_seed(7)
    before = torch.get_rng_state()
    ear.hear(noise(1))
    assert torch.equal(torch.get_rng_state(), before)


def test_int8_understands_the_same_in_less_memory(reciting: Path) -> None:
    """Products of eight bits; of a model whose words are certain none is another."""
    ear = open_whisper(reciting, precision="int8")
    assert (ear.hear(noise(3)).text, ear.precision) == (TEXT, "int8")
    weights = Weights(path=reciting, digest=ear.digest, name="reciting")
    network = quantised(load(weights, precision="fp32"))
    kinds = {type(part).__module__ for part in network.modules() if type(part).__name__ == "Linear"}
    assert kinds == {"torch.ao.nn.quantized.dynamic.modules.linear"}


def test_half_precision_keeps_what_a_checkpoint_holds(reciting: Path, ear: WhisperEar) -> None:
    """Checkpoints are distributed in it: what is kept so is what would have been shortened to it."""
    weights = Weights(path=reciting, digest=ear.digest, name="reciting")
    whole = load(weights, precision="fp32").state_dict()
    half = halved(load(weights, precision="fp32")).state_dict()
    assert {value.dtype for name, value in half.items() if "ln" in name} == {torch.float32}
    shortened = [name for name, value in half.items() if value.dtype == torch.float16]
    assert len(shortened) > len(half) // 2
    assert all(torch.equal(half[name].float(), whole[name]) for name in shortened)


def test_a_distributed_model_is_timed_by_its_own_heads(ear: WhisperEar) -> None:
    """By its digest, whatever its name; another one by the later half of its layers."""
    dims = library().model.ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=8, n_audio_head=6, n_audio_layer=1,
        n_vocab=51_865, n_text_ctx=448, n_text_state=6, n_text_head=6, n_text_layer=4,
    )  # fmt: skip
    network = library().model.Whisper(dims)
    assert len(network.alignment_heads.indices().T) == 12
    heads = engine_heads(_TINY)
    assert heads is not None
    network.set_alignment_heads(heads)
    assert 0 < len(network.alignment_heads.indices().T) < 12
    assert engine_heads(ear.digest) is None


def engine_heads(digest: str) -> bytes | None:
    """What is known of a file."""
    from pipeline.engines.ear.whisper.library import _heads_of

    return _heads_of(digest)


def test_a_model_that_lost_its_way_is_stopped(ear: WhisperEar, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in doubt, with nothing to show for it; and hears the next sound as ever."""
    with monkeypatch.context() as impatient:
        impatient.setattr(engine, "_MOST_GOES", 0)
        lost = ear.hear(noise(3), language="en")
    assert (lost.text, lost.language, lost.words, lost.doubt) == ("", "en", (), "hearing-unsure")
    assert ear.hear(noise(3)).text == TEXT


def test_doubt_is_the_operators(reciting: Path) -> None:
    """Words that are as good as certain are not certain enough for a limit above."""
    ear = open_whisper(reciting, limits=Limits(no_speech=60, logprob=1, compression=240))
    assert ear.hear(noise(1), language="en", timed=False).doubt == "hearing-unsure"


class _Code:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("ran"),))


@pytest.mark.parametrize("held", ["nothing", "text", "other", "code", "cut"])
def test_what_is_no_checkpoint_is_refused(
    held: str, reciting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one line; and nothing in it is run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.pt"
    if held == "other":
        torch.save({"dims": {"n_mels": 80}, "model_state_dict": {}}, path)
    elif held == "cut":
        path.write_bytes(reciting.read_bytes()[:-100_000])
    else:
        path.write_bytes({"nothing": b"", "text": b"Hello.", "code": pickle.dumps(_Code())}[held])
    with pytest.raises(InputError) as refused:
        open_whisper(path)
    assert (refused.value.code, refused.value.facts) == ("model-file-broken", {"file": "model"})
    assert not Path("ran").exists()


def test_another_file_than_the_cards_is_refused(reciting: Path, tmp_path: Path) -> None:
    """Nothing is opened that somebody has put in its place."""
    path = tmp_path / "model.pt"
    shutil.copy(reciting, path)
    with path.open("ab") as file:
        file.write(b"\0")
    weights = Weights(path=path, digest="0" * 64, name="mine")
    with pytest.raises(InputError) as refused:
        WhisperEar(
            weights=weights, precision="fp32", device="cpu", threads=1, cpu_allowed=False, limits=LIMITS
        )
    assert refused.value.code == "model-damaged"


def test_an_english_model_understands_english_alone(tmp_path: Path) -> None:
    """Its vocabulary has one token less."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    dims = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=8, n_audio_head=1, n_audio_layer=1,
        n_vocab=51_864, n_text_ctx=448, n_text_state=8, n_text_head=1, n_text_layer=1,
    )  # fmt: skip
    network = Whisper(dims)
    with torch.no_grad():
        for weights in network.parameters():
            weights.zero_()
    torch.save({"dims": vars(dims), "model_state_dict": network.state_dict()}, tmp_path / "base.en.pt")
    ear = open_whisper(tmp_path / "base.en.pt")
    assert ear.languages() == traits_of(tmp_path / "base.en.pt")["languages"] == ("en",)
    with pytest.raises(InputError, match="hearing-language-unknown"):
        ear.hear(np.zeros(0, np.float32), language="zh")


def test_a_card_lists_what_a_model_hears(reciting: Path) -> None:
    """The same that it hears when it is opened: spelled otherwise, it is the same language."""
    known = traits_of(reciting)["languages"]
    assert known == open_whisper(reciting).languages()
    for tag in ("en", "zh-CN", "cmn", "jv", "nb-NO", "pt-BR"):
        assert hears(tag, known), tag
    for tag in ("tlh", "yue", "und", ""):
        assert not hears(tag, known), tag
