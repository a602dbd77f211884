"""The network as a table: every layer of Wav2Lip's generator, and every parameter with its shape.

K. R. Prajwal et al., "A Lip Sync Expert Is All You Need for Speech to Lip Generation In The Wild", ACM
Multimedia 2020 (arXiv 2008.10010). An encoder of the face and an encoder of a window of sound meet in a
decoder that is given the face again at every level (U-Net). Names are those of the checkpoints that are
distributed. Pure: no framework is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: Side of the square face that goes in, and of the one that comes out, in pixels.
IMAGE = 96
#: The window of sound that draws one frame: bands of the mel spectrogram, and steps of 12.5 ms.
MEL_BANDS = 80
MEL_STEPS = 16
#: Batch normalisation adds this to the variance.
EPSILON = 1e-5


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A convolution with what follows it: normalisation and ReLU, or for the last layer a sigmoid alone.

    Attributes:
        name: of its module in the generator, such as ``face_decoder_blocks.6.0``.
        inputs, outputs: channels.
        kernel: side of the square kernel.
        stride: down and across.
        padding: zeros on each side.
        transposed: whether it enlarges (a transposed convolution).
        output_padding: rows and columns that a transposed convolution adds at the end.
        residual: whether its input is added before the ReLU.
        normalised: whether batch normalisation and ReLU follow; else a sigmoid does.
    """

    name: str
    inputs: int
    outputs: int
    kernel: int
    stride: tuple[int, int] = (1, 1)
    padding: int = 0
    transposed: bool = False
    output_padding: int = 0
    residual: bool = False
    normalised: bool = True

    @property
    def convolution(self) -> str:
        """The name under which a checkpoint keeps the weight and bias of the convolution."""
        return f"{self.name}.conv_block.0" if self.normalised else self.name

    @property
    def norm(self) -> str:
        """The name under which a checkpoint keeps the normalisation, of a layer that has one."""
        return f"{self.name}.conv_block.1"

    def parameters(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Each of its entries in a checkpoint, with its shape, in the order of the distributed files."""
        ends = (self.inputs, self.outputs) if self.transposed else (self.outputs, self.inputs)
        yield f"{self.convolution}.weight", (*ends, self.kernel, self.kernel)
        yield f"{self.convolution}.bias", (self.outputs,)
        if self.normalised:
            for part in ("weight", "bias", "running_mean", "running_var"):
                yield f"{self.norm}.{part}", (self.outputs,)
            yield f"{self.norm}.num_batches_tracked", ()

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width that it makes of a map of this height and width."""
        down, across = self.stride
        if self.transposed:
            more = self.kernel + self.output_padding - 2 * self.padding
            return (height - 1) * down + more, (width - 1) * across + more
        less = self.kernel - 2 * self.padding
        return (height - less) // down + 1, (width - less) // across + 1


def _first(
    name: str,
    inputs: int,
    outputs: int,
    *,
    kernel: int = 3,
    stride: tuple[int, int] = (1, 1),
    padding: int = 1,
) -> Layer:
    """A layer that changes the number of channels."""
    return Layer(name=name, inputs=inputs, outputs=outputs, kernel=kernel, stride=stride, padding=padding)


def _same(name: str, channels: int) -> Layer:
    """A layer that refines a map: 3 x 3, and its input is added to it."""
    return Layer(name=name, inputs=channels, outputs=channels, kernel=3, padding=1, residual=True)


def _block(name: str, first: Layer, refinements: int) -> tuple[Layer, ...]:
    return (first, *(_same(f"{name}.{k + 1}", first.outputs) for k in range(refinements)))


def _shrink(index: int, inputs: int, outputs: int, refinements: int) -> tuple[Layer, ...]:
    name = f"face_encoder_blocks.{index}"
    return _block(name, _first(f"{name}.0", inputs, outputs, stride=(2, 2)), refinements)


def _enlarge(index: int, inputs: int, outputs: int, refinements: int = 2) -> tuple[Layer, ...]:
    """A level of the decoder: it doubles the side, except for the first, which makes 3 x 3 of one pixel."""
    name = f"face_decoder_blocks.{index}"
    doubles = int(index > 1)
    first = Layer(
        name=f"{name}.0",
        inputs=inputs,
        outputs=outputs,
        kernel=3,
        stride=(1 + doubles, 1 + doubles),
        padding=doubles,
        transposed=True,
        output_padding=doubles,
    )
    return _block(name, first, refinements)


#: Seven blocks; the output of each is kept for the decoder. In: the face with its lower half black, then
#: the face whole, six channels.
FACE_ENCODER: tuple[tuple[Layer, ...], ...] = (
    (_first("face_encoder_blocks.0.0", 6, 16, kernel=7, padding=3),),
    _shrink(1, 16, 32, 2),
    _shrink(2, 32, 64, 3),
    _shrink(3, 64, 128, 2),
    _shrink(4, 128, 256, 2),
    _shrink(5, 256, 512, 1),
    (
        _first("face_encoder_blocks.6.0", 512, 512, padding=0),
        _first("face_encoder_blocks.6.1", 512, 512, kernel=1, padding=0),
    ),
)

#: A window of sound, 80 x 16, to 512 numbers.
AUDIO_ENCODER: tuple[Layer, ...] = (
    _first("audio_encoder.0", 1, 32),
    _same("audio_encoder.1", 32),
    _same("audio_encoder.2", 32),
    _first("audio_encoder.3", 32, 64, stride=(3, 1)),
    _same("audio_encoder.4", 64),
    _same("audio_encoder.5", 64),
    _first("audio_encoder.6", 64, 128, stride=(3, 3)),
    _same("audio_encoder.7", 128),
    _same("audio_encoder.8", 128),
    _first("audio_encoder.9", 128, 256, stride=(3, 2)),
    _same("audio_encoder.10", 256),
    _first("audio_encoder.11", 256, 512, padding=0),
    _first("audio_encoder.12", 512, 512, kernel=1, padding=0),
)

#: Seven levels. After each, the output of the face encoder's block of the same size is appended to the
#: channels: that of block 6 after level 0, of block 0 after level 6.
FACE_DECODER: tuple[tuple[Layer, ...], ...] = (
    (_first("face_decoder_blocks.0.0", 512, 512, kernel=1, padding=0),),
    _enlarge(1, 1024, 512, 1),
    _enlarge(2, 1024, 512),
    _enlarge(3, 768, 384),
    _enlarge(4, 512, 256),
    _enlarge(5, 320, 128),
    _enlarge(6, 160, 64),
)

#: The decoder's last map to a picture: blue, green and red in 0 to 1.
OUTPUT: tuple[Layer, ...] = (
    _first("output_block.0", 80, 32),
    Layer(name="output_block.1", inputs=32, outputs=3, kernel=1, normalised=False),
)


def layers() -> Iterator[Layer]:
    """Every layer, in the order of the distributed checkpoints."""
    for block in FACE_ENCODER:
        yield from block
    yield from AUDIO_ENCODER
    for block in FACE_DECODER:
        yield from block
    yield from OUTPUT


#: Name and shape of every entry of a checkpoint, in the order of the distributed ones.
PARAMETERS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {name: shape for layer in layers() for name, shape in layer.parameters()}
)


def multiplications() -> Mapping[str, int]:
    """Multiply-accumulates of one frame, by part: audio_encoder, face_encoder, face_decoder, output_block."""
    face, side = 0, (IMAGE, IMAGE)
    for block in FACE_ENCODER:
        cost, side = _cost(block, side)
        face += cost
    audio, _ = _cost(AUDIO_ENCODER, (MEL_BANDS, MEL_STEPS))
    decoder, side = 0, (1, 1)
    for block in FACE_DECODER:
        cost, side = _cost(block, side)
        decoder += cost
    output, _ = _cost(OUTPUT, side)
    return {
        "audio_encoder": audio,
        "face_encoder": face,
        "face_decoder": decoder,
        "output_block": output,
    }


def _cost(block: tuple[Layer, ...], size: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """Multiply-accumulates of a chain of layers on a map of this size, and the size that comes out."""
    total = 0
    for layer in block:
        made = layer.size(*size)
        # A transposed convolution multiplies each pixel that goes in, another one each that comes out.
        height, width = size if layer.transposed else made
        total += layer.inputs * layer.outputs * layer.kernel**2 * height * width
        size = made
    return total, size
