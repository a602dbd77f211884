"""Promises of the table of the network's layers."""

from __future__ import annotations

import hashlib
import math

from pipeline.engines.face.wav2lip.architecture import IMAGE, PARAMETERS, layers, multiplications

#: SHA-256 of the distributed checkpoints' entries: "name sides" a line, in the order of the names.
_ENTRIES = "a84998dc0453d76383104b65dad171daf6b33fa960918a06e816a8df75aaf2f6"


def test_every_name_and_shape_is_that_of_the_distributed_checkpoints() -> None:
    """All 352 entries, 36,298,035 trained numbers."""
    lines = "\n".join(f"{name} {' '.join(map(str, shape))}" for name, shape in sorted(PARAMETERS.items()))
    assert hashlib.sha256(lines.encode()).hexdigest() == _ENTRIES
    assert len(PARAMETERS) == 352
    counted = ("running_mean", "running_var", "num_batches_tracked")
    assert sum(math.prod(side) for name, side in PARAMETERS.items() if not name.endswith(counted)) == 36298035


def test_the_order_is_that_of_the_distributed_checkpoints() -> None:
    """So the first difference that is told of a wrong file is the one nearest to what goes in."""
    names = list(PARAMETERS)
    assert names[0] == "face_encoder_blocks.0.0.conv_block.0.weight"
    assert names[-1] == "output_block.1.bias"
    groups = [name.split(".")[0] for name in names]
    assert list(dict.fromkeys(groups)) == [
        "face_encoder_blocks",
        "audio_encoder",
        "face_decoder_blocks",
        "output_block",
    ]
    assert sorted(groups, key=list(dict.fromkeys(groups)).index) == groups


def test_the_work_is_that_of_the_paper_s_network() -> None:
    """3.967 billion multiply-accumulates a frame, 84 % of them in the decoder."""
    found = multiplications()
    assert sum(found.values()) == 3_966_984_192
    assert {part: round(cost / 1e5) / 10 for part, cost in found.items()} == {
        "audio_encoder": 93.1,
        "face_encoder": 311.4,
        "face_decoder": 3349.3,
        "output_block": 213.2,
    }


def test_every_level_meets_the_face_at_its_own_size() -> None:
    """What goes out of a level of the decoder is as high and wide as the encoder's block that it is given."""
    sides: dict[str, int] = {}
    side = IMAGE
    for layer in layers():
        block, *_ = layer.name.rpartition(".")
        if layer.name.startswith("face_encoder"):
            side, _ = layer.size(side, side)
            sides[block] = side
    encoder = list(sides.values())
    assert encoder == [96, 48, 24, 12, 6, 3, 1]
    made, side = [], 1
    for layer in layers():
        if layer.name.startswith("face_decoder"):
            side, _ = layer.size(side, side)
            made += [side] if layer.name.endswith(".0") else []
    assert made == encoder[::-1]
