"""Models that draw spectrograms: every family, every vocoder, scales, and Chinese in its own phonemes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from tests.support.speech import require

require("TTS")

import numpy as np  # noqa: E402 - skipped above without the library
import pytest  # noqa: E402
import torch  # noqa: E402

from farm.models import ModelShelf  # noqa: E402
from farm.models.adding import Wish, add_model  # noqa: E402
from farm.models.catalogue import Catalogue  # noqa: E402
from pipeline.engines.plainfile import make_plain  # noqa: E402
from pipeline.engines.voice.choice import choose_voice  # noqa: E402
from pipeline.engines.voice.coqui.engine import CoquiVoice  # noqa: E402
from pipeline.engines.voice.coqui.mandarin import _words, in_pinyin  # noqa: E402
from pipeline.engines.voice.coqui.scales import make_scales, scale  # noqa: E402
from pipeline.plan.errors import InputError  # noqa: E402
from pipeline.plan.models import OWN  # noqa: E402
from pipeline.plan.speech import Speech, Times  # noqa: E402
from tests.support.coqui import (  # noqa: E402
    DIGEST,
    coqui_traits,
    coqui_voice,
    make_reader,
    rewrite_config,
)
from tests.support.coqui_families import VOCODERS, make_family, make_vocoder  # noqa: E402
from tests.support.shared import made_once  # noqa: E402

_TEXT = "My dear cats."
_PLANNED = ("fast_pitch", "fastspeech2", "speedy_speech", "align_tts", "overflow")
_OTHERS = ("neural_hmm", "tacotron")
_CHINESE = "银行行长说，我们去北京银行吧！"


def _spoken(engine: CoquiVoice, text: str = _TEXT, speed: int = 100) -> Speech:
    name = engine.voices()[0].name
    return engine.speak(text, choose_voice(engine.voices(), engine="coqui", name=name, speed=speed))


def _digest(speech: Speech) -> str:
    return hashlib.sha256(speech.samples.tobytes()).hexdigest()


def _made(factory: pytest.TempPathFactory, name: str) -> Path:
    return made_once(factory, f"family-{name}", lambda folder: make_family(folder, name))


@pytest.fixture
def fast(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A FastPitch, to do with as one likes."""
    return Path(shutil.copytree(_made(tmp_path_factory, "fast_pitch"), tmp_path / "fast"))


@pytest.mark.parametrize("name", [*_PLANNED, *_OTHERS])
def test_each_family_speaks(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Twice the same; words and sounds lie where its own plan has them, if it makes one."""
    engine = coqui_voice(_made(tmp_path_factory, name))
    said = [_spoken(engine) for _ in range(2)]
    assert _digest(said[0]) == _digest(said[1])
    if name in _PLANNED:
        assert said[0].times is Times.DURATIONS
        words = [_TEXT[word.text_start : word.text_end] for word in said[0].words]
        assert words == ["My", "dear", "cats"]
        assert said[0].phonemes[-1].end == len(said[0].samples)
    if engine.voices()[0].speeds:
        assert len(_spoken(engine, speed=150).samples) < 0.8 * len(said[0].samples)
    assert len(_spoken(engine, "…").samples) == 0
    engine.close()


@pytest.mark.parametrize("name", VOCODERS)
def test_each_vocoder_sounds(fast: Path, name: str) -> None:
    """Also at a rate of its own: times stretch with the sound."""
    make_vocoder(fast, name, rate=22_050 if name == "wavegrad" else 16_000)
    engine = coqui_voice(fast)
    said = [_spoken(engine, "cats") for _ in range(2)]
    assert _digest(said[0]) == _digest(said[1])
    assert said[0].words[-1].end > 0.8 * len(said[0].samples)
    engine.close()


def test_a_vocoder_of_old_is_scaled_by_its_own_table(fast: Path, tmp_path: Path) -> None:
    """Its generator stands alone in its file, and sounds the same; its table has to be there."""
    make_vocoder(fast, "parallel_wavegan")
    engine = coqui_voice(fast)
    whole = _digest(_spoken(engine, "cats"))
    engine.close()
    held = torch.load(fast / "vocoder.pth", weights_only=True)["model"]
    alone = {name.removeprefix("model_g."): held[name] for name in held if name.startswith("model_g.")}
    torch.save({"model": alone, "model_disc": {}}, tmp_path / "old.pth")
    make_plain(tmp_path / "old.pth", fast / "vocoder.pth")
    engine = coqui_voice(fast)
    assert _digest(_spoken(engine, "cats")) == whole
    engine.close()
    config = json.loads((fast / "vocoder_config.json").read_text("utf-8"))
    config["audio"] |= {"signal_norm": True, "stats_path": "stats.npy"}
    (fast / "vocoder_config.json").write_text(json.dumps(config))
    engine = coqui_voice(fast)
    with pytest.raises(InputError) as caught:
        _spoken(engine, "cats")
    assert caught.value.facts["missing"] == "vocoder_scale_stats.npy"
    make_scales(_stats(tmp_path / "stats.npy"), fast / "vocoder_scale_stats.safetensors")
    assert _digest(_spoken(engine, "cats")) != whole
    engine.close()


def _stats(path: Path, *, bands: int = 80, more: object = None) -> Path:
    """A table as the library's own ``compute_statistics`` writes it."""
    from TTS.config.shared_configs import BaseAudioConfig

    rng = np.random.default_rng(1)
    rows = {"mel": bands, "linear": 513}
    table: dict[str, object] = {
        f"{name}_{kind}": rng.uniform(low, low + 1, size).astype(np.float32)
        for name, size in rows.items()
        for kind, low in (("mean", -1.0), ("std", 0.5))
    }
    audio = BaseAudioConfig(num_mels=bands, fft_size=1024)
    np.save(path, {**table, "audio_config": more or audio}, allow_pickle=True)  # type: ignore[arg-type]
    return path


def test_spectrograms_are_scaled_as_when_the_model_was_trained(fast: Path, tmp_path: Path) -> None:
    """By the model's table, which the shelf keeps as tensors; without it the model is refused."""
    audio = json.loads((fast / "config.json").read_text("utf-8"))["audio"] | {"signal_norm": True}
    rewrite_config(fast, audio=audio)
    plain = coqui_voice(fast)
    unscaled = _digest(_spoken(plain, "cats"))
    plain.close()
    rewrite_config(fast, audio=audio | {"stats_path": "/home/trainer/scale_stats.npy"})
    shelf = ModelShelf(tmp_path / "models")
    with pytest.raises(InputError) as caught:
        add_model(shelf, Catalogue(), fast, Wish(licence=OWN), by="Ada", at_ms=5)
    assert (caught.value.code, caught.value.facts["missing"]) == (
        "model-folder-incomplete",
        "scale_stats.npy",
    )
    _stats(fast / "scale_stats.npy")
    added = add_model(shelf, Catalogue(), fast, Wish(licence=OWN), by="Ada", at_ms=5)
    record = added.model.record
    assert [file.name for file in record.files] == ["config.json", "model.pth", "scale_stats.safetensors"]
    scaled = CoquiVoice(folder=added.model.path, digest=DIGEST, traits=record.traits, device="cpu", threads=1)
    assert _digest(_spoken(scaled, "cats")) != unscaled
    scaled.close()


def test_scales_are_those_that_the_library_would_have_read(tmp_path: Path) -> None:
    """The same numbers come out of the library's own scaling, by its table and by ours."""
    from TTS.config.shared_configs import BaseAudioConfig
    from TTS.utils.audio import AudioProcessor

    settings = {"num_mels": 80, "fft_size": 1024, "signal_norm": True, "stats_path": None}
    theirs = _stats(tmp_path / "theirs.npy", more={"num_mels": 80})
    make_scales(theirs, tmp_path / "ours")
    make_scales(_stats(tmp_path / "object.npy"), tmp_path / "again")
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "again").read_bytes()
    own, other = (
        AudioProcessor(BaseAudioConfig(**{**settings, "stats_path": path})) for path in (None, str(theirs))
    )
    scale(own, tmp_path / "ours")
    drawn = np.random.default_rng(2).normal(size=(80, 7)).astype(np.float32)
    assert np.allclose(own.denormalize(drawn), other.denormalize(drawn))
    assert np.allclose(own.normalize(drawn), other.normalize(drawn))
    with pytest.raises(InputError) as caught:
        scale(AudioProcessor(BaseAudioConfig(**{**settings, "num_mels": 64})), tmp_path / "ours")
    assert caught.value.code == "model-config-wrong"


class _Thief:
    """What a stranger may put into a table."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch stolen",)


def test_a_table_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it would call is named, and not called; damage and other tables are told as such."""
    monkeypatch.chdir(tmp_path)
    for name, content in {"code": _Thief(), "bands": None}.items():
        _stats(tmp_path / f"{name}.npy", more=content)
    np.save(tmp_path / "row.npy", np.zeros(3))
    (tmp_path / "half.npy").write_bytes((tmp_path / "bands.npy").read_bytes()[:900])
    (tmp_path / "text.npy").write_text("no table")
    found = {}
    for name in ("code", "row", "half", "text", "gone"):
        with pytest.raises(InputError) as caught:
            make_scales(tmp_path / f"{name}.npy", tmp_path / "made")
        found[name] = caught.value.code
        assert caught.value.facts["file"] == f"{name}.npy"
    broken = dict.fromkeys(("row", "half", "text"), "model-file-broken")
    assert found == {"code": "model-file-code", **broken, "gone": "model-file-unreadable"}
    assert not (tmp_path / "stolen").exists()


def test_chinese_is_read_as_the_library_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same phonemes and spaces for words and marks; each word is told with its place in the text."""
    require("jieba")
    words = SimpleNamespace(cut=lambda text: _words().cut(text, HMM=False))
    monkeypatch.setitem(sys.modules, "spacy_pkuseg", SimpleNamespace(pkuseg=lambda: words))
    from TTS.tts.utils.text.chinese_mandarin.phonemizer import chinese_text_to_phonemes

    theirs = chinese_text_to_phonemes(_CHINESE, "")
    read = in_pinyin(_CHINESE, frozenset(theirs))
    assert read.ipa == " ".join(theirs.split())
    said = [_CHINESE[start:end] for start, end in read.places]
    assert said == ["银行", "行长", "说", "我们", "去", "北京", "银行", "吧"] or "".join(
        said
    ) == _CHINESE.replace("，", "").replace("！", "")
    assert in_pinyin("用AI，", frozenset("abcdefiAI，ʏœ4lyiow")).ipa.endswith("，")


def test_a_tacotron_of_chinese_speaks(tmp_path: Path) -> None:
    """As zh-CN/baker/tacotron2-DDC-GST: style tokens and two decoders; in a plan tones are no sounds."""
    require("jieba")
    from TTS.tts.configs.shared_configs import GSTConfig

    known = {"characters": "abcdefghijklmnopqrstuwxyzøŋœɑɕɛɡɨɪɵʂʈʌʏʐʑʒ12345", "punctuations": "，。！？ "}
    asked = {"use_phonemes": True, "phonemizer": "zh_cn_phonemizer", "phoneme_language": "zh-cn"}
    for name, more in {
        "tacotron2": {"use_gst": True, "gst": GSTConfig(), "double_decoder_consistency": True, "ddc_r": 6},
        "fast_pitch": {},
    }.items():
        folder = tmp_path / name
        make_family(folder, name, known=known, **more)
        config = json.loads((folder / "config.json").read_text("utf-8"))
        assert len(config["characters"]["characters"]) == len(known["characters"])
        rewrite_config(folder, **asked)
        assert coqui_traits(folder)["languages"] == ("zh-CN",)
        added = add_model(
            ModelShelf(tmp_path / "models"), Catalogue(), folder, Wish(licence=OWN), by="Ada", at_ms=5
        )
        engine = coqui_voice(added.model.path)
        said = _spoken(engine, "我们说！")
        assert said.samples.any()
        if name == "fast_pitch":
            assert not [sound for sound in said.phonemes if sound.symbol.isdigit()]
            assert [(word.text_start, word.text_end) for word in said.words] == [(0, 2), (2, 3)]
        assert len(_spoken(engine, "AI").samples) == 0
        engine.close()


def test_each_language_is_read_by_its_own_reader(tmp_path: Path) -> None:
    """One model, English by espeak and Chinese by pinyin, with the words of each."""
    require("jieba")
    make_reader(tmp_path / "two")
    sets = [{"language": "en", "phonemizer": "espeak"}, {"language": "zh-cn", "phonemizer": ""}]
    rewrite_config(tmp_path / "two", phonemizer="multi_phonemizer", datasets=sets)
    engine = coqui_voice(tmp_path / "two")
    for language, text, words in (("en", "My cats.", ["My", "cats"]), ("zh", "我们说话。", ["我们", "说话"])):
        choice = choose_voice(engine.voices(), engine="coqui", name="own", language=language)
        said = engine.speak(text, choice)
        assert [text[word.text_start : word.text_end] for word in said.words] == words
    engine.close()
