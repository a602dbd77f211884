"""Makes a checkpoint of Wav2Lip with random weights: films without the real ones, their mouths noise.

    PYTHONPATH=. python demo/random_checkpoint.py random.pth [--seed 1]

It is of the container that the distributed checkpoints have (145 MB), is read by the same code and takes the
same time. It is calibrated: every layer's statistics fit what goes through it, and the mouth changes with the
sound about as much as one that speaks (a standard deviation of a tenth of the range of levels).
"""

from __future__ import annotations

import argparse
import math
import os
from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor, nn

from pipeline.engines.face.wav2lip.architecture import IMAGE, MEL_BANDS, MEL_STEPS
from pipeline.engines.face.wav2lip.network import Generator

#: Standard deviation of a pixel over windows of sound, of a range of 1.
_CHANGES = 0.1
#: How many faces and windows the statistics are made of.
_BATCH = 8


def main() -> None:
    """Write the file that was asked for."""
    parser = argparse.ArgumentParser(description="A Wav2Lip checkpoint with random weights.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random_checkpoint(given.file, given.seed)
    print(f"{given.file}: {given.file.stat().st_size} bytes")


def random_checkpoint(path: Path, seed: int = 1) -> None:
    """Write a checkpoint of random, calibrated weights; equal seeds give equal files on equal machines."""
    chance = torch.Generator().manual_seed(seed)
    generator = _random(chance)
    _calibrate(generator, chance)
    state = OrderedDict((f"module.{name}", value) for name, value in generator.state_dict().items())
    kept = {
        "state_dict": state,
        "optimizer": {"state": {}, "param_groups": [{"lr": 1e-4, "params": list(range(len(state)))}]},
        "global_step": seed,
        "global_epoch": 1,
    }
    # Whoever looks for the file finds a whole one.
    part = path.with_name(f".{path.name}.{os.getpid()}")
    # Given a name, torch would write it into the file, and equal weights would have two digests.
    with part.open("wb") as file:
        torch.save(kept, file)
    part.replace(path)


def _random(chance: torch.Generator) -> Generator:
    """A generator whose layers keep the size of what goes through them, roughly."""
    with torch.device("meta"):
        generator = Generator()
    generator.to_empty(device="cpu")
    for module in generator.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            # What a transposed convolution spreads over a stride's pixels, each of them gets a part of.
            fan = module.in_channels * math.prod(module.kernel_size)
            spread = math.prod(module.stride) if isinstance(module, nn.ConvTranspose2d) else 1
            module.weight.data.normal_(0, math.sqrt(2 * spread / fan), generator=chance)
            module.bias.data.normal_(0, 0.05, generator=chance)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
            module.weight.data.uniform_(0.8, 1.2, generator=chance)
            module.bias.data.normal_(0, 0.1, generator=chance)
    return generator


@torch.no_grad()
def _calibrate(generator: Generator, chance: torch.Generator) -> None:
    """Fit the statistics to faces and speech, then the last layer to what a mouth does."""
    for module in generator.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the plain mean of what was seen
    generator.train()
    generator(random_windows(_BATCH, chance), random_faces(_BATCH, chance))
    generator.eval()
    last = generator.output_block[-2]
    seen: list[Tensor] = []
    watch = last.register_forward_pre_hook(lambda _layer, given: seen.append(given[0]))
    generator(random_windows(_BATCH, chance), random_faces(1, chance).expand(_BATCH, -1, -1, -1))
    watch.remove()
    last.bias -= last(seen[0]).mean(dim=(0, 2, 3))
    # A sigmoid is less steep away from its middle: the first factor falls short.
    for _ in range(4):
        factor = _CHANGES / float(last(seen[0]).sigmoid().std(dim=0).mean())
        last.weight *= factor
        last.bias *= factor


def random_faces(count: int, chance: torch.Generator) -> Tensor:
    """Pictures as smooth as faces are, as the network is given them: lower half black, then whole."""
    coarse = torch.rand(count, 3, 7, 7, generator=chance)
    fine = torch.rand(count, 3, 24, 24, generator=chance) - 0.5
    whole = (_enlarged(coarse, IMAGE, IMAGE) + 0.3 * _enlarged(fine, IMAGE, IMAGE)).clamp(0, 1)
    masked = whole.clone()
    masked[:, :, IMAGE // 2 :] = 0
    return torch.cat((masked, whole), dim=1)


def random_windows(count: int, chance: torch.Generator) -> Tensor:
    """Windows with the look of speech: bands of energy that come and go, from -4 for silence up to 4."""
    bands = torch.rand(count, 1, 10, 4, generator=chance)
    loud = torch.rand(count, 1, 1, 4, generator=chance)
    return (8 * _enlarged(bands * loud, MEL_BANDS, MEL_STEPS) - 3).clamp(-4, 4)


def _enlarged(maps: Tensor, height: int, width: int) -> Tensor:
    return nn.functional.interpolate(maps, (height, width), mode="bicubic")


if __name__ == "__main__":
    main()
