"""Which encoder makes clips here, with which parameters: a card's where it works, else x264."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from farm.bootstrap import Workshop
from pipeline.plan import graphs
from pipeline.plan.errors import InputError
from pipeline.steps.render import Encoder

_AUTO = "auto"
_DRIVER = re.compile(r"NVRM version:.*?(\d+(?:\.\d+)+)")
_MODEL = re.compile(r"^Model:\s*(.+?)\s*$", re.MULTILINE)
_UUID = re.compile(r"^GPU UUID:\s*(\S+)", re.MULTILINE)
#: Which cards a process may use: places among all of them, or identities that may be cut short.
_VISIBLE = "CUDA_VISIBLE_DEVICES"


def encoder_of(
    workshop: Workshop,
    *,
    driver: Path = Path("/proc/driver/nvidia"),
    environment: Mapping[str, str] = os.environ,
) -> Encoder:
    """The encoder that is set, or the best that works here; tried once by each process.

    Args:
        workshop: settings and FFmpeg.
        driver: where a card's driver tells of itself; without it there is no card, and nothing is tried.
        environment: of this process, which may keep cards from it.

    Raises:
        InputError: ``media-encoder-missing``: it was asked for by name, and does not work here.
    """
    wanted = workshop.settings.encoder
    card = _card(driver, environment.get(_VISIBLE))
    if wanted.codec != graphs.VIDEO_ENCODER:
        parameters = graphs.card_parameters(qp=wanted.qp)
        if card and workshop.media.can_encode(parameters):
            name = f"{graphs.CARD_ENCODER} {card} ffmpeg-{workshop.media.version}"
            return Encoder(name=name, parameters=parameters)
        if wanted.codec != _AUTO:
            raise InputError("media-encoder-missing", encoder=wanted.codec)
    return Encoder(
        name=f"{graphs.VIDEO_ENCODER} ffmpeg-{workshop.media.version}",
        parameters=graphs.video_parameters(qp=wanted.qp, preset=wanted.preset),
    )


def _card(driver: Path, visible: str | None) -> str:
    """The name of the card that encodes, and its driver, since either may change a bit; empty without one.

    FFmpeg takes the first card that it sees. For it they stand in the order of their places in the machine
    (`pipeline.media.process`), as the driver's folders do.
    """
    try:
        version = _DRIVER.search((driver / "version").read_text("utf-8", "replace"))
        cards = [
            file.read_text("utf-8", "replace") for file in sorted((driver / "gpus").glob("*/information"))
        ]
    except OSError:
        return ""
    first = _first_seen(cards, visible)
    if version is None or first is None or (model := _MODEL.search(first)) is None:
        return ""
    return "-".join(model[1].split()) + f" driver-{version[1]}"


def _first_seen(cards: Sequence[str], visible: str | None) -> str | None:
    """What the driver tells of the first card that a process sees; None if it sees none."""
    if visible is None:
        return next(iter(cards), None)
    wanted = visible.split(",")[0].strip()
    if wanted.isdecimal():
        return cards[int(wanted)] if int(wanted) < len(cards) else None
    named = [card for card in cards if (uuid := _UUID.search(card)) and uuid[1].startswith(wanted)]
    return named[0] if wanted and len(named) == 1 else None
