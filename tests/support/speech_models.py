"""Tiny models that speak, hear and write: random weights, in the folders that their libraries read.

Each is made in about a second, once its library is imported; `made_once` keeps them for a run.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

#: What a grapheme model here can say.
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TINY_VITS: dict[str, Any] = {
    "hidden_channels": 16,
    "hidden_channels_ffn_text_encoder": 32,
    "num_heads_text_encoder": 2,
    "num_layers_text_encoder": 1,
    "num_layers_posterior_encoder": 1,
    "num_layers_flow": 1,
    "spec_segment_size": 8,
    "upsample_initial_channel_decoder": 16,
    "resblock_type_decoder": "2",
    "resblock_kernel_sizes_decoder": [3],
    "resblock_dilation_sizes_decoder": [[1, 3]],
    "upsample_rates_decoder": [8, 8, 4],
    "upsample_kernel_sizes_decoder": [16, 16, 8],
    "init_discriminator": False,
}
_TINY_XTTS: dict[str, Any] = {
    "gpt_layers": 2,
    "gpt_n_model_channels": 64,
    "gpt_n_heads": 2,
    "gpt_max_audio_tokens": 16,
    "gpt_max_text_tokens": 402,
    "gpt_max_prompt_tokens": 70,
    "gpt_num_audio_tokens": 66,
    "gpt_start_audio_token": 64,
    "gpt_stop_audio_token": 65,
    "decoder_input_dim": 64,
    "d_vector_dim": 512,
}


def make_vits(folder: Path, *, letters: str = LETTERS, phonemes: str = "", tiny: bool = True) -> None:
    """A VITS of one voice at 16 kHz, for `letters`; its config asks for `phonemes` where there are any.

    One that is not tiny has the library's own sizes.
    """
    _save_vits(folder, _vits_config(letters=letters, phonemes=phonemes, tiny=tiny))
    if phonemes:
        # The library itself would look for espeak's program already when such a model is made.
        path = folder / "config.json"
        asked = {"use_phonemes": True, "phonemizer": "espeak", "phoneme_language": "en-us"}
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | asked))


def make_your_tts(folder: Path) -> None:
    """A YourTTS, in English, French and Portuguese: two voices, and a speaker encoder for others."""
    import torch
    from TTS.config.shared_configs import BaseAudioConfig
    from TTS.encoder.configs.speaker_encoder_config import SpeakerEncoderConfig
    from TTS.encoder.utils.generic_utils import setup_encoder_model

    folder.mkdir()
    torch.manual_seed(0)
    audio = BaseAudioConfig(
        sample_rate=16000, num_mels=64, fft_size=512, win_length=400, hop_length=160,
        preemphasis=0.97, do_trim_silence=False, signal_norm=False, log_func="np.log10", mel_fmin=0.0,
    )  # fmt: skip
    params = {
        "model_name": "resnet", "input_dim": 64, "proj_dim": 32, "layers": [1, 1, 1, 1],
        "num_filters": [4, 4, 8, 8], "encoder_type": "ASP", "use_torch_spec": True, "log_input": True,
    }  # fmt: skip
    heard = SpeakerEncoderConfig(
        num_classes_in_batch=2, num_utter_per_class=2, num_loader_workers=0, audio=audio, model_params=params
    )
    heard.save_json(str(folder / "config_se.json"))
    torch.save({"model": setup_encoder_model(heard).state_dict()}, folder / "model_se.pth")
    (folder / "language_ids.json").write_text(json.dumps({"en": 0, "fr-fr": 1, "pt-br": 2}))
    voices = {name: {"name": name, "embedding": [at] * 32} for name, at in (("one", 0.1), ("two", -0.1))}
    (folder / "speakers.json").write_text(json.dumps(voices))
    config = _vits_config(
        letters=f"{LETTERS[:26]}àâçéèêëîïôûùüÿñæœáíóúãõ",
        args={
            "use_d_vector_file": True,
            "d_vector_dim": 32,
            "d_vector_file": [str(folder / "speakers.json")],
            "use_language_embedding": True,
            "embedded_language_dim": 4,
            "language_ids_file": str(folder / "language_ids.json"),
            "speaker_encoder_config_path": str(folder / "config_se.json"),
            "speaker_encoder_model_path": str(folder / "model_se.pth"),
        },
    )
    _save_vits(folder, config)


def make_xtts(folder: Path, *, tiny: bool = True) -> None:
    """An XTTS in English and Mandarin; 97 MB, since its decoder and speaker encoder have one size alone.

    One that is not tiny has the library's own sizes, 1.9 GB.
    """
    import torch
    from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig
    from TTS.tts.models.xtts import Xtts

    folder.mkdir()
    special = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[zh-cn]"]
    signs = [*special, *f"{LETTERS[:26]}0123456789',.!?"]
    vocabulary = {sign: number for number, sign in enumerate(signs)}
    (folder / "vocab.json").write_text(json.dumps(_xtts_tokens(special, vocabulary)))
    sizes = _TINY_XTTS if tiny else {}
    args = XttsArgs(
        gpt_number_text_tokens=len(vocabulary), gpt_start_text_token=vocabulary["[START]"],
        gpt_stop_text_token=vocabulary["[STOP]"], gpt_use_perceiver_resampler=True, **sizes,
    )  # fmt: skip
    config = XttsConfig(languages=["en", "zh-cn"], audio=XttsAudioConfig(), model_args=args)
    torch.manual_seed(0)
    config.save_json(str(folder / "config.json"))
    torch.save({"model": Xtts(config).state_dict()}, folder / "model.pth")


def make_glow(folder: Path) -> None:
    """A Glow-TTS of one voice at 16 kHz, and a HiFi-GAN beside it that makes its spectrograms sound."""
    import torch
    from TTS.config.shared_configs import BaseAudioConfig
    from TTS.tts.configs.glow_tts_config import GlowTTSConfig
    from TTS.tts.configs.shared_configs import CharactersConfig
    from TTS.tts.models.glow_tts import GlowTTS
    from TTS.vocoder.configs import HifiganConfig
    from TTS.vocoder.models.gan import GAN

    folder.mkdir()
    torch.manual_seed(0)
    sizes = {"sample_rate": 16000, "hop_length": 256, "win_length": 1024, "fft_size": 1024, "num_mels": 80}
    characters = CharactersConfig(
        characters_class="TTS.tts.utils.text.characters.Graphemes", characters=LETTERS[:26],
        punctuations=" !'(),-.:;?", pad="_", eos="~", bos="^", blank="$",
    )  # fmt: skip
    encoder: dict[str, object] = {"kernel_size": 3, "dropout_p": 0.1, "num_layers": 1, "num_heads": 2}
    encoder |= {"hidden_channels_ffn": 32, "input_length": None}
    config = GlowTTSConfig(
        audio=BaseAudioConfig(**sizes), characters=characters, text_cleaner="basic_cleaners",
        hidden_channels_enc=16, hidden_channels_dec=16, hidden_channels_dp=16, num_flow_blocks_dec=2,
        num_block_layers=1, encoder_params=encoder, test_sentences=[],
    )  # fmt: skip
    config.save_json(str(folder / "config.json"))
    torch.save({"model": GlowTTS(config).state_dict()}, folder / "model.pth")
    params = {
        "in_channels": 80, "resblock_type": "2", "upsample_factors": [8, 8, 4],
        "upsample_kernel_sizes": [16, 16, 8], "upsample_initial_channel": 16, "resblock_kernel_sizes": [3],
        "resblock_dilation_sizes": [[1, 3]],
    }  # fmt: skip
    sounding = HifiganConfig(audio=BaseAudioConfig(**sizes), generator_model_params=params)
    sounding.save_json(str(folder / "vocoder_config.json"))
    torch.save({"model": GAN(sounding).state_dict()}, folder / "vocoder.pth")


def make_freevc(folder: Path, *, encoder_apart: bool = False) -> None:
    """A FreeVC and, beside it, the WavLM that it listens with; its speaker encoder too, where it has none."""
    import torch
    from TTS.vc.configs.freevc_config import FreeVCArgs, FreeVCAudioConfig, FreeVCConfig
    from TTS.vc.layers.freevc.wavlm.wavlm import WavLM, WavLMConfig
    from TTS.vc.models import freevc

    folder.mkdir()
    torch.manual_seed(0)
    settings = WavLMConfig({
        "encoder_layers": 1, "encoder_embed_dim": 32, "encoder_ffn_embed_dim": 32,
        "encoder_attention_heads": 2, "conv_pos": 16, "conv_pos_groups": 2, "num_buckets": 8,
        "conv_feature_layers": "[(16,10,5)] + [(16,3,2)] * 4 + [(16,2,2)] * 2", "max_distance": 16,
        "relative_position_embedding": True, "gru_rel_pos": True,
    })  # fmt: skip
    heard = WavLM(settings)
    torch.save({"cfg": vars(settings), "model": heard.state_dict()}, folder / "WavLM-Large.pt")
    args = FreeVCArgs(
        spec_channels=641, inter_channels=16, hidden_channels=16, filter_channels=32, n_heads=2, n_layers=1,
        resblock="2", resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]],
        upsample_initial_channel=16, gin_channels=256 if encoder_apart else 16, ssl_dim=32,
        use_spk=encoder_apart,
    )  # fmt: skip
    config = FreeVCConfig(audio=FreeVCAudioConfig(), model_args=args)
    encoder = folder / "speaker_encoder.pt"
    if encoder_apart:
        parts = torch.nn.ModuleDict({"lstm": torch.nn.LSTM(40, 256, 3), "linear": torch.nn.Linear(256, 256)})
        torch.save({"model_state": parts.state_dict()}, encoder)
    fetched, known = freevc.get_wavlm, freevc.SpeakerEncoderEx
    freevc.get_wavlm, freevc.SpeakerEncoderEx = lambda: heard, lambda _: known(str(encoder))
    try:
        state = freevc.FreeVC(config).state_dict()
    finally:
        freevc.get_wavlm, freevc.SpeakerEncoderEx = fetched, known
    config.save_json(str(folder / "config.json"))
    torch.save({"model": state}, folder / "model.pth")


def make_whisper(path: Path) -> None:
    """A multilingual Whisper as one file, for 30 seconds at a time; 7 MB."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    dims = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=32, n_audio_head=2, n_audio_layer=2,
        n_vocab=51865, n_text_ctx=448, n_text_state=32, n_text_head=2, n_text_layer=2,
    )  # fmt: skip
    model = Whisper(dims)
    with torch.no_grad():
        # Its own beginning is nearly nothing: all words would be equally likely.
        for weights in model.parameters():
            weights.normal_(0, 0.02)
    torch.save({"dims": asdict(dims), "model_state_dict": model.state_dict()}, path)


def make_writer(folder: Path, *, family: str = "Qwen2") -> None:
    """A language model of a family of Transformers, such as ``Qwen2`` or ``Llama``, with a chat template."""
    import torch
    import transformers

    tokens = _chat_tokens()
    config = getattr(transformers, f"{family}Config")(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=2048,
        bos_token_id=tokens.pad_token_id, eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id, tie_word_embeddings=False,
    )  # fmt: skip
    torch.manual_seed(0)
    getattr(transformers, f"{family}ForCausalLM")(config).save_pretrained(folder)
    tokens.save_pretrained(folder)


def _vits_config(
    *, letters: str, phonemes: str = "", args: dict[str, Any] | None = None, tiny: bool = True
) -> Any:  # noqa: ANN401 - the library's own type
    from TTS.config.shared_configs import BaseAudioConfig
    from TTS.tts.configs.shared_configs import CharactersConfig
    from TTS.tts.configs.vits_config import VitsArgs, VitsConfig

    characters = CharactersConfig(
        characters_class="TTS.tts.models.vits.VitsCharacters", characters=letters, phonemes=phonemes,
        punctuations=" !'(),-.:;?", pad="_", eos="", bos="", blank=None,
    )  # fmt: skip
    return VitsConfig(
        model_args=VitsArgs(**(_TINY_VITS if tiny else {"init_discriminator": False}), **(args or {})),
        audio=BaseAudioConfig(sample_rate=16000, hop_length=256, win_length=1024, fft_size=1024),
        text_cleaner="basic_cleaners",
        use_phonemes=False,
        enable_eos_bos_chars=False,
        add_blank=True,
        test_sentences=[],
        characters=characters,
    )


def _save_vits(folder: Path, config: Any) -> None:  # noqa: ANN401 - the library's own type
    import torch
    from TTS.tts.models.vits import Vits

    folder.mkdir(exist_ok=True)
    torch.manual_seed(0)
    config.save_json(str(folder / "config.json"))
    torch.save({"model": Vits(config).state_dict()}, folder / "model.pth")


def _xtts_tokens(special: list[str], vocabulary: dict[str, int]) -> dict[str, object]:
    """The tokenizer's file, which knows signs and no words."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    model: dict[str, object] = {"type": "BPE", "dropout": None, "unk_token": "[UNK]"}
    model |= {
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "vocab": vocabulary,
        "merges": [],
    }
    none = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    added = [{"id": vocabulary[sign], "content": sign, **flags} for sign in special]
    told = {"version": "1.0", "added_tokens": added, "pre_tokenizer": {"type": "Whitespace"}, "model": model}
    return {**none, **told}


def _chat_tokens() -> Any:  # noqa: ANN401 - the library's own type
    """A tokenizer of bytes with ChatML's marks and template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bytewise = Tokenizer(models.BPE())
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=marks, initial_alphabet=alphabet, show_progress=False
    )
    bytewise.train_from_iterator(["a film about bread and 面包"], trainer)
    tokens = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bytewise,
        eos_token="<|im_end|>",  # noqa: S106 - a mark, and no secret
        pad_token="<|endoftext|>",  # noqa: S106 - likewise
        padding_side="left",
        model_max_length=2048,
    )
    tokens.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    return tokens
