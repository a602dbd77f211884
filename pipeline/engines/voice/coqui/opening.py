"""Opens a model's folder with the library: offline, quiet, and only what fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.engines.libraries import prepare
from pipeline.engines.voice.coqui.families import PLANNED, Family, family_of
from pipeline.engines.voice.coqui.family import OpenedModel
from pipeline.engines.voice.coqui.folder import (
    CONFIG,
    VOCODER,
    VOCODER_CONFIG,
    WEIGHTS,
    read_config,
    settled,
)
from pipeline.engines.voice.coqui.scales import GIVEN, KEPT, VOCODER_GIVEN, VOCODER_KEPT, scale
from pipeline.plan.errors import InputError, LecternError
from pipeline.scratch import scratch_folder

# What torch says of weights that do not fit names the first of them in quotes, or behind these words.
_ENTRY = re.compile(r"\"([\w.]+)\"|size mismatch for ([\w.]+)")
# The shapes of such an entry: that of the weights, then that of the configuration.
_SHAPE = re.compile(r"torch\.Size\(\[([\d, ]*)\]\)")


def opened(folder: Path, *, scratch: Path | None = None) -> OpenedModel:
    """A model of the shelf, open on the processor.

    The library is given paths of this folder alone, and a configuration that names no other. The folder stays
    as it is.

    Args:
        folder: the model's files.
        scratch: where a folder may be made for as long as opening takes; None for the system's own place.

    Raises:
        InputError: ``model-family-unknown``; ``model-config-wrong`` with the first entry that does not fit;
            ``model-folder-incomplete``: the table is missing by which spectrograms are scaled.
        MemoryError: there is not enough.
    """
    prepare()
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    with scratch_folder(scratch) as place:
        config = settled(folder, place)
        family = family_of(read_config(folder / CONFIG))
        try:
            tts = _tts(folder, config, family)
            _scale(tts, folder)
        except (LecternError, MemoryError):
            raise
        except Exception as error:  # a configuration that does not fit can fail in any way
            raise misfit(error) from error
    return _kind_of(family)(tts)


def _kind_of(family: Family) -> type[OpenedModel]:
    """Who speaks with a family: imported once its libraries can be."""
    from pipeline.engines.voice.coqui.spectrogram import Hidden, Planned, Spectrogram
    from pipeline.engines.voice.coqui.vits import Vits
    from pipeline.engines.voice.coqui.xtts import Xtts

    kinds: Mapping[Family, type[OpenedModel]] = {
        Family.XTTS: Xtts,
        Family.VITS: Vits,
        Family.YOUR_TTS: Vits,
        **dict.fromkeys(PLANNED, Planned),
        Family.OVERFLOW: Hidden,
        Family.NEURAL_HMM: Hidden,
    }
    return kinds.get(family, Spectrogram)


def _tts(folder: Path, config: Path, family: Family) -> Any:  # noqa: ANN401 - the library's own type
    from TTS.api import TTS

    vocoder = {}
    if (folder / VOCODER).is_file():
        vocoder = {
            "vocoder_path": str(folder / VOCODER),
            "vocoder_config_path": str(config.parent / VOCODER_CONFIG),
        }
    # XTTS looks for its files by itself; the others are told which are the weights.
    weights = folder if family is Family.XTTS else folder / WEIGHTS
    return TTS(model_path=str(weights), config_path=str(config), progress_bar=False, **vocoder)


def _scale(tts: Any, folder: Path) -> None:  # noqa: ANN401 - likewise
    """Have spectrograms scaled as the folder's own tables say, where its configurations ask for any."""
    held = tts.synthesizer
    of_model = (getattr(held.tts_model, "ap", None), CONFIG, GIVEN, KEPT)
    of_vocoder = (getattr(held, "vocoder_ap", None), VOCODER_CONFIG, VOCODER_GIVEN, VOCODER_KEPT)
    for processor, config, given, kept in (of_model, of_vocoder):
        audio = read_config(folder / config).get("audio") if processor is not None else None
        if not isinstance(audio, dict) or not audio.get("stats_path"):
            continue
        if not (folder / kept).is_file():
            raise InputError("model-folder-incomplete", folder=folder.name, missing=given)
        scale(processor, folder / kept)


def misfit(error: Exception) -> InputError:
    """``model-config-wrong``: what does not fit in a model, and what was found instead, in few characters."""
    found = _ENTRY.search(str(error))
    key = (found[1] or found[2]) if found else CONFIG
    reason = " ".join(str(error).split())
    found_instead = f"{type(error).__name__}: {reason[:80]}"
    if found and found[2]:
        shapes = [shape.replace(", ", "×") for shape in _SHAPE.findall(str(error)[found.end() :])]
        found_instead = " ≠ ".join(shapes[:2]) or found_instead
    return InputError("model-config-wrong", key=key[:80], found=found_instead)
