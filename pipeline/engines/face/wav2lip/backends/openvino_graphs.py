"""Wav2Lip's network as OpenVINO graphs, built from the table of its layers: nothing is traced or converted.

A layer that reads the decoder's map ``x`` with the face encoder's map ``s`` beside it is linear, so it is
``layer_x(x) + layer_s(s)``. For a still face the second term is an input of the graph, computed once, in
fp32, by a graph of its own: no portrait's values stand in a compiled graph. Of the decoder only what a region
needs is computed, to the pixel: unlike torch, OpenVINO pads each side of a map by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops

from pipeline.engines.face.wav2lip.architecture import (
    AUDIO_ENCODER,
    FACE_ENCODER,
    IMAGE,
    MEL_BANDS,
    MEL_STEPS,
    Layer,
)
from pipeline.engines.face.wav2lip.kernels import Kernel, Kernels
from pipeline.engines.face.wav2lip.region import Region, Span, Step, steps

# OpenVINO ships no types.
_Node = Any


_ROWS, _COLUMNS = 2, 3


def still_graph(kernels: Kernels, region: Region, batch: int) -> ov.Model:
    """Windows of sound and what a still face adds, to mouths.

    Inputs: float32 (batch, 80, 16), then what `added_within` gives for the same region.
    Output: float32 (batch, rows, columns, 3), BGR, 0 to 1.
    """
    windows = ops.parameter([batch, MEL_BANDS, MEL_STEPS], np.float32, name="windows")
    added: list[_Node] = []
    drawn = _heard(kernels, windows)
    for before, step in _cropped(region):
        layer = step.layer
        if step.joins:
            shape = [1, layer.outputs, step.rows.needed.length, step.columns.needed.length]
            added.append(ops.parameter(shape, np.float32, name=f"added.{layer.name}"))
            drawn = _joined(drawn, added[-1], kernels, before, step)
        else:
            drawn = _refined(drawn, kernels, before, step)
    return ov.Model([_pictures(drawn)], [windows, *added], "still")


def adding_graph(kernels: Kernels) -> ov.Model:
    """One face to what it adds to the first layer of each level, their biases included, of the whole picture.

    Input: float32 (1, 6, 96, 96). Outputs: float32 (1, channels, height, width), in the order of the levels.
    """
    face = ops.parameter([1, 6, IMAGE, IMAGE], np.float32, name="face")
    maps = _seen(kernels, face)
    chain = _cropped(Region.whole())
    return ov.Model(
        [_added(next(maps), kernels, before, step) for before, step in chain if step.joins], [face], "adding"
    )


def added_within(region: Region, added: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """What `still_graph` needs, for a region, of the outputs of `adding_graph`."""
    cut = []
    for step, whole in zip((step for step in steps(region) if step.joins), added, strict=True):
        rows, columns = step.rows.needed, step.columns.needed
        cut.append(np.ascontiguousarray(whole[:, :, rows.start : rows.stop, columns.start : columns.stop]))
    return cut


def moving_graph(kernels: Kernels, region: Region, batch: int) -> ov.Model:
    """Windows of sound, each with a face of its own, to mouths.

    Inputs: float32 (batch, 80, 16) and (batch, 6, 96, 96). Output: as that of `still_graph`.
    """
    windows = ops.parameter([batch, MEL_BANDS, MEL_STEPS], np.float32, name="windows")
    faces = ops.parameter([batch, 6, IMAGE, IMAGE], np.float32, name="faces")
    maps = _seen(kernels, faces)
    drawn = _heard(kernels, windows)
    for before, step in _cropped(region):
        if step.joins:
            drawn = _joined(drawn, _added(next(maps), kernels, before, step), kernels, before, step)
        else:
            drawn = _refined(drawn, kernels, before, step)
    return ov.Model([_pictures(drawn)], [windows, faces], "moving")


def seen(faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the face encoder is given: uint8 (n, 96, 96, 3) BGR to float32 (n, 6, 96, 96).

    Three channels with the lower half black, then three whole, all in 0 to 1.
    """
    whole = np.moveaxis(faces, 3, 1).astype(np.float32) / np.float32(255.0)
    given = np.concatenate((whole, whole), axis=1)
    given[:, :3, IMAGE // 2 :] = 0.0
    return given


def _cropped(region: Region) -> Iterator[tuple[Step | None, Step]]:
    """Each layer of the decoder and the output block, with the one before it."""
    return pairwise((None, *steps(region)))  # type: ignore[arg-type]


def _heard(kernels: Kernels, windows: _Node) -> _Node:
    """The audio encoder: (batch, 512, 1, 1)."""
    heard = ops.reshape(windows, _numbers([-1, 1, MEL_BANDS, MEL_STEPS]), special_zero=False)
    for layer in AUDIO_ENCODER:
        heard = _plain(heard, kernels.drawn(layer.name), layer)
    return heard


def _seen(kernels: Kernels, faces: _Node) -> Iterator[_Node]:
    """The face encoder's maps that the decoder reads, the smallest first."""
    maps = []
    for block in FACE_ENCODER:
        for layer in block:
            faces = _plain(faces, kernels.face(layer.name), layer)
        maps.append(faces)
    return reversed(maps)


def _plain(given: _Node, kernel: Kernel, layer: Layer) -> _Node:
    """A layer of an encoder, on a whole map."""
    weight, bias = kernel
    around = [layer.padding] * 2
    made = ops.convolution(
        given, ops.constant(weight), list(layer.stride), around, around, [1, 1], name=layer.name
    )
    made = ops.add(made, _bias(bias))
    return ops.relu(ops.add(made, given) if layer.residual else made)


def _joined(given: _Node, added: _Node, kernels: Kernels, before: Step | None, step: Step) -> _Node:
    """A layer that joins two maps, with what the face adds to it computed already."""
    weight, _ = kernels.drawn(step.layer.name)
    return ops.relu(ops.add(_convolved(given, weight, before, step), added))


def _added(whole: _Node, kernels: Kernels, before: Step | None, step: Step) -> _Node:
    """What one of the face encoder's maps adds to a layer that joins, its bias included."""
    weight, bias = kernels.face(step.layer.name)
    rows, columns = _of(before, _ROWS), _of(before, _COLUMNS)
    held = _sliced(whole, (rows.start, columns.start), (rows.stop, columns.stop))
    return ops.add(_convolved(held, weight, before, step), _bias(bias))


def _refined(given: _Node, kernels: Kernels, before: Step | None, step: Step) -> _Node:
    """A layer of the decoder or of the output block, where it is needed."""
    weight, bias = kernels.drawn(step.layer.name)
    made = ops.add(_convolved(given, weight, before, step), _bias(bias))
    if step.layer.residual:
        made = ops.add(made, _inner(given, before, step))
    return ops.relu(made) if step.layer.normalised else ops.sigmoid(made)


def _convolved(given: _Node, weight: NDArray[np.float32], before: Step | None, step: Step) -> _Node:
    """A layer's bare convolution: of what the one before it gives, to what is needed of it."""
    layer = step.layer
    down = _edges(layer, _of(before, _ROWS), step.rows.needed)
    across = _edges(layer, _of(before, _COLUMNS), step.columns.needed)
    begins, ends = [down[0], across[0]], [down[1], across[1]]
    if not layer.transposed:
        return ops.convolution(
            given, ops.constant(weight), list(layer.stride), begins, ends, [1, 1], name=layer.name
        )
    return ops.convolution_backprop_data(
        given,
        ops.constant(weight),
        list(layer.stride),
        pads_begin=begins,
        pads_end=[max(0, end) for end in ends],
        dilations=[1, 1],
        output_padding=[max(0, -end) for end in ends],
        name=layer.name,
    )


def _edges(layer: Layer, given: Span, made: Span) -> tuple[int, int]:
    """Along one axis the zeros around what is given; of a transposed layer what is left out of what it makes.

    The second number is below zero where a transposed layer has to make more than its inputs reach.
    """
    if layer.transposed:
        first = given.start * layer.stride[0] - layer.padding
        last = (given.stop - 1) * layer.stride[0] - layer.padding + layer.kernel
        return made.start - first, last - made.stop
    reach = layer.kernel // 2
    return reach - (made.start - given.start), reach - (given.stop - made.stop)


def _inner(given: _Node, before: Step | None, step: Step) -> _Node:
    """What is needed of a map that its refinement is added to."""
    rows = step.rows.needed.inside(_of(before, _ROWS))
    columns = step.columns.needed.inside(_of(before, _COLUMNS))
    return _sliced(given, (rows.start, columns.start), (rows.stop, columns.stop))


def _sliced(given: _Node, start: Sequence[int], stop: Sequence[int]) -> _Node:
    return ops.slice(given, _numbers(start), _numbers(stop), _numbers([1, 1]), _numbers([_ROWS, _COLUMNS]))


def _of(before: Step | None, axis: int) -> Span:
    """What is there of the map that a layer reads; the audio encoder gives a single pixel."""
    if before is None:
        return Span(start=0, stop=1)
    return before.rows.needed if axis == _ROWS else before.columns.needed


def _pictures(drawn: _Node) -> _Node:
    return ops.transpose(drawn, _numbers([0, _ROWS, _COLUMNS, 1]))


def _bias(bias: NDArray[np.float32]) -> _Node:
    return ops.constant(bias.reshape(1, -1, 1, 1))


def _numbers(values: Sequence[int]) -> _Node:
    return ops.constant(np.array(values, np.int64))
