"""Tiny Coqui models of the families that draw spectrograms, and vocoders, as the library saves them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.speech_models import LETTERS

_FFT: Mapping[str, object] = {
    "hidden_channels_ffn": 32, "num_heads": 2, "num_layers": 1, "dropout_p": 0.1,
}  # fmt: skip
_CONV: Mapping[str, object] = {
    "kernel_size": 4,
    "dilations": [1, 2],
    "num_conv_blocks": 1,
    "num_res_blocks": 2,
}
_HMM: Mapping[str, object] = {
    "encoder_in_out_features": 32, "encoder_n_convolutions": 1, "prenet_dim": 16, "memory_rnn_dim": 32,
    "outputnet_size": [32], "max_sampling_time": 150, "state_per_phone": 1,
}  # fmt: skip
_TACOTRON: Mapping[str, object] = {
    "r": 4, "max_decoder_steps": 24,
    "attention_type": "original", "attention_norm": "softmax", "location_attn": True,
}  # fmt: skip
_GENERATORS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "parallel_wavegan": (
        "parallel_wavegan_generator", {"upsample_factors": [4, 4, 4, 4], "stacks": 1, "num_res_blocks": 2},
    ),
    "multiband_melgan": ("multiband_melgan_generator", {"upsample_factors": [8, 4, 2], "num_res_blocks": 1}),
}  # fmt: skip
#: Vocoders that can be made; others bring much of what they were trained against.
VOCODERS = (*_GENERATORS, "wavegrad")


def make_family(folder: Path, name: str, *, known: Mapping[str, str] | None = None, **more: object) -> None:
    """A model of one family at 16 kHz, without a vocoder.

    Args:
        folder: where it is made.
        name: the family.
        known: its characters and punctuations; None for small letters.
        more: settings of its family.
    """
    import torch
    from TTS.tts.models import setup_model

    folder.mkdir(exist_ok=True)
    torch.manual_seed(0)
    config = _config(name, dict(more), known or {})
    config.save_json(str(folder / "config.json"))
    model = setup_model(config)
    _liven(model)
    torch.save({"model": model.state_dict()}, folder / "model.pth")


def make_vocoder(folder: Path, name: str, *, rate: int = 16_000) -> None:
    """A vocoder of one kind, beside a model."""
    import torch
    from TTS.vocoder import configs
    from TTS.vocoder.configs.wavegrad_config import WavegradArgs, WavegradConfig
    from TTS.vocoder.models import setup_model

    torch.manual_seed(0)
    if name == "wavegrad":
        args = WavegradArgs(
            y_conv_channels=4, x_conv_channels=48, dblock_out_channels=[8, 8, 16, 32],
            ublock_out_channels=[32, 32, 16, 8, 8], upsample_factors=[4, 4, 4, 2, 2],
        )  # fmt: skip
        schedule = {"min_val": 1e-6, "max_val": 1e-2, "num_steps": 3}
        config = WavegradConfig(audio=_audio(rate), model_params=args, test_noise_schedule=schedule)
    else:
        generator, params = _GENERATORS[name]
        config = getattr(configs, f"{name.title().replace('_', '')}Config")(
            audio=_audio(rate), generator_model=generator, generator_model_params=dict(params)
        )
    config.save_json(str(folder / "vocoder_config.json"))
    torch.save({"model": setup_model(config).state_dict()}, folder / "vocoder.pth")


def _audio(rate: int) -> Any:  # noqa: ANN401 - the library's own type
    from TTS.config.shared_configs import BaseAudioConfig

    return BaseAudioConfig(
        sample_rate=rate, hop_length=256, win_length=1024, fft_size=1024, num_mels=80, do_trim_silence=False,
        griffin_lim_iters=10,
    )  # fmt: skip


def _config(name: str, more: dict[str, object], known: Mapping[str, str]) -> Any:  # noqa: ANN401 - likewise
    from TTS.tts.configs.align_tts_config import AlignTTSArgs, AlignTTSConfig
    from TTS.tts.configs.fast_pitch_config import FastPitchConfig
    from TTS.tts.configs.fastspeech2_config import Fastspeech2Config
    from TTS.tts.configs.neuralhmm_tts_config import NeuralhmmTTSConfig
    from TTS.tts.configs.overflow_config import OverflowConfig
    from TTS.tts.configs.shared_configs import CharactersConfig
    from TTS.tts.configs.speedy_speech_config import SpeedySpeechConfig
    from TTS.tts.configs.tacotron2_config import Tacotron2Config
    from TTS.tts.configs.tacotron_config import TacotronConfig
    from TTS.tts.models.forward_tts import ForwardTTSArgs

    letters = {"characters": LETTERS[:26], "punctuations": " !'(),-.:;?", **known}
    characters = CharactersConfig(
        characters_class="TTS.tts.utils.text.characters.Graphemes",
        pad="_",
        eos="~",
        bos="^",
        blank="$",
        **letters,
    )
    common: dict[str, object] = {"audio": _audio(16_000), "test_sentences": []}
    common |= {"characters": characters, "text_cleaner": "basic_cleaners"} | more

    def forward(**options: object) -> ForwardTTSArgs:
        widths = {
            "hidden_channels": 16, "pitch_predictor_hidden_channels": 8,
            "energy_predictor_hidden_channels": 8,
            "duration_predictor_hidden_channels": 8, "use_aligner": False,
            "encoder_params": dict(_FFT), "decoder_params": dict(_FFT),
        }  # fmt: skip
        return ForwardTTSArgs(**(widths | options))

    if name == "align_tts":
        args = AlignTTSArgs(
            hidden_channels=16, hidden_channels_dp=16, encoder_params=dict(_FFT), decoder_params=dict(_FFT)
        )
        return AlignTTSConfig(model_args=args, **common)
    if name in {"tacotron", "tacotron2"}:
        kind = {"tacotron": TacotronConfig, "tacotron2": Tacotron2Config}[name]
        return kind(**(_TACOTRON | {"out_channels": 513 if name == "tacotron" else 80} | common))
    if name in {"overflow", "neural_hmm"}:
        flow = {"hidden_channels_dec": 8, "num_flow_blocks_dec": 2, "num_block_layers": 1}
        hmm = _HMM | {"mel_statistics_parameter_path": None}
        return (
            OverflowConfig(**(hmm | flow | common))
            if name == "overflow"
            else NeuralhmmTTSConfig(**(hmm | common))
        )
    kinds: Mapping[str, tuple[Any, ForwardTTSArgs]] = {
        "fast_pitch": (FastPitchConfig, forward(use_pitch=True)),
        "fastspeech2": (Fastspeech2Config, forward(use_pitch=True, use_energy=True)),
        "speedy_speech": (SpeedySpeechConfig, forward(
            use_pitch=False, encoder_type="residual_conv_bn", decoder_type="residual_conv_bn",
            encoder_params=dict(_CONV), decoder_params=dict(_CONV),
        )),
    }  # fmt: skip
    kind, args = kinds[name]
    return kind(model_args=args, **common)


def _liven(model: Any) -> None:  # noqa: ANN401 - likewise
    """Have it speak for as long as a trained one: six frames for each sound, or until it has to stop."""
    import torch

    with torch.no_grad():
        if (predictor := getattr(model, "duration_predictor", None)) is not None:
            last = [part for part in predictor.modules() if isinstance(part, torch.nn.Conv1d)][-1]
            last.bias.fill_(2.0)
        if (stopping := getattr(getattr(model, "decoder", None), "stopnet", None)) is not None:
            last = [part for part in stopping.modules() if isinstance(part, torch.nn.Linear)][-1]
            last.bias.fill_(-9.0)
