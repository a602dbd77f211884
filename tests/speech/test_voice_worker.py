"""A Coqui model in a worker: opened once, line by line, in memory that does not grow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.support.speech import require

require("TTS")

import numpy as np  # noqa: E402 - skipped above without the library
import pytest  # noqa: E402
import torch  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from pipeline.engines.voice import BatchVoice, Direction  # noqa: E402
from pipeline.engines.voice.choice import choose_voice  # noqa: E402
from pipeline.engines.voice.coqui import opening  # noqa: E402
from pipeline.engines.voice.coqui.engine import CoquiVoice  # noqa: E402
from pipeline.engines.voice.coqui.family import Line, OpenedModel  # noqa: E402
from pipeline.engines.voice.coqui.noise import Noise  # noqa: E402
from tests.support.coqui import coqui_folder, coqui_voice  # noqa: E402
from tests.support.machine import give_back, in_use, resident  # noqa: E402
from tests.support.speech_models import make_vits  # noqa: E402

_LINES = ("Look at the cats.", "Look at the cats, my dear, and at the birds.", "Cats.")


@pytest.fixture
def voice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoquiVoice]:
    """A VITS that reads letters."""
    engine = coqui_voice(coqui_folder(tmp_path_factory, make_vits))
    yield engine
    engine.close()


def test_a_model_is_opened_once(voice: CoquiVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is spoken, and after a pause, too; only once it is closed it is opened again."""
    opened: list[Path] = []
    really = opening.opened

    def counted(folder: Path, *, scratch: Path | None = None) -> OpenedModel:
        opened.append(folder)
        return really(folder, scratch=scratch)

    monkeypatch.setattr(opening, "opened", counted)
    choice = choose_voice(voice.voices(), engine="coqui", name="own")
    for text in _LINES:
        voice.speak(text, choice)
    assert len(opened) == 1
    voice.close()
    voice.speak(_LINES[0], choice)
    assert len(opened) == 2


def test_lines_are_not_batched_since_sound_depends_on_the_batch(voice: CoquiVoice) -> None:
    """In a padded batch each line lasts as long as alone, by its own noise, and does not sound the same.

    That is why the engine is no `BatchVoice`: a line's bytes are its own, whatever is spoken beside it.
    """
    assert not isinstance(voice, BatchVoice)
    model = voice._held.model()
    alone = [model.speak(Line(text=text, language="en", seed=seed)) for seed, text in enumerate(_LINES)]
    durations, together = _batch(model, _LINES)
    assert durations == [[token.frames for token in raw.tokens] for raw in alone]
    same = [np.array_equal(raw.sound, sound) for raw, sound in zip(alone, together, strict=True)]
    assert not all(same)
    for raw, sound in zip(alone, together, strict=True):
        assert np.abs(raw.sound - sound).max() < 0.05


def _batch(model: OpenedModel, texts: tuple[str, ...]) -> tuple[list[list[int]], list[NDArray[np.float32]]]:
    """The same lines as one batch, by the library's own inference: durations, and each line's own part."""
    network = model._model
    rows = [torch.tensor(network.tokenizer.text_to_ids(text, language="en")) for text in texts]
    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    with Noise(*range(len(texts))):
        told = network.inference(tokens, aux_input={"x_lengths": lengths, "d_vectors": None})
    durations = [
        row[0, :length].round().long().tolist()
        for row, length in zip(told["durations"], lengths.tolist(), strict=True)
    ]
    hop = 256
    sounds = [
        sound[0, : sum(frames) * hop].numpy()
        for sound, frames in zip(told["model_outputs"], durations, strict=True)
    ]
    return durations, sounds


def test_memory_is_flat_over_many_lines(voice: CoquiVoice) -> None:
    """After two dozen lines, forty more, each of another length, take no more memory and hold no more.

    What libraries keep of the shapes that they met is full by then.
    """
    choice = choose_voice(voice.voices(), engine="coqui", name="own")
    texts = [f"Look at {'a cat, ' * (number * 7 % 17)}birds." for number in range(64)]
    for take, text in enumerate(texts[:24]):
        voice.speak(text, choice, Direction(take=take))
    give_back()
    held, taken = in_use(), resident()
    for take, text in enumerate(texts[24:]):
        voice.speak(text, choice, Direction(take=take))
    give_back()
    assert in_use() - held < 8 << 20
    assert resident() - taken < 20 << 20
