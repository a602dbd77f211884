"""Small restorers of faces with random weights, as their owners would save them, and what none may change."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.mask import Mask
from tests.support.wav2lip import require_torch


def require_spandrel() -> None:
    """Skip where what opens restorers is not installed, with the reason; under CI that is a failure."""
    require_torch()
    if "CI" not in os.environ and find_spec("spandrel") is None:
        pytest.skip("spandrel is not installed: the extra for models brings it", allow_module_level=True)


def random_restorer(path: Path, *, seed: int = 1) -> None:
    """Write a RestoreFormer of 1 MB, which takes and gives faces of any size that 32 divides."""
    import torch

    from pipeline.engines.libraries import make_torchvision_importable

    make_torchvision_importable()
    from spandrel.architectures.RestoreFormer import RestoreFormer

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = RestoreFormer(
            n_embed=8,
            embed_dim=32,
            ch=32,
            out_ch=3,
            ch_mult=(1, 1),
            num_res_blocks=1,
            attn_resolutions=(16,),
            dropout=0.0,
            in_channels=3,
            resolution=64,
            z_channels=32,
            double_z=False,
            enable_mid=False,
            head_size=8,
        )
    torch.save({"params_ema": network.state_dict()}, path)


def random_gfpgan(path: Path, *, seed: int = 1) -> None:
    """Write a GFPGAN in its true size, 346 MB, whose noise is seen."""
    import torch

    from pipeline.engines.libraries import make_torchvision_importable

    make_torchvision_importable()
    from spandrel.architectures.GFPGAN import GFPGAN

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = GFPGAN(out_size=512, input_is_latent=True, different_w=True, sft_half=True)
    weights = network.state_dict()
    for name, value in weights.items():
        if name.startswith("stylegan_decoder") and value.shape == (1,):
            value.fill_(0.1)
    torch.save({"params_ema": weights}, path)


def beyond(mask: Mask) -> NDArray[np.bool_]:
    """The pixels of a photograph of 256 x 256 that the mask has nothing of."""
    outside = np.ones((256, 256), np.bool_)
    outside[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = mask.share == 0
    return outside
