"""Which encoder makes clips here, with which parameters: a card's where it works, else x264."""

from __future__ import annotations

import re
from pathlib import Path

from farm.bootstrap import Workshop
from pipeline.plan import graphs
from pipeline.plan.errors import InputError
from pipeline.steps.render import Encoder

_AUTO = "auto"
_DRIVER = re.compile(r"NVRM version:.*?(\d+(?:\.\d+)+)")
_MODEL = re.compile(r"^Model:\s*(.+?)\s*$", re.MULTILINE)


def encoder_of(workshop: Workshop, *, driver: Path = Path("/proc/driver/nvidia")) -> Encoder:
    """The encoder that is set, or the best that works here; tried once by each process.

    Args:
        workshop: settings and FFmpeg.
        driver: where a card's driver tells of itself; without it there is no card, and nothing is tried.

    Raises:
        InputError: ``media-encoder-missing``: it was asked for by name, and does not work here.
    """
    wanted = workshop.settings.encoder
    card = _card(driver)
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


def _card(driver: Path) -> str:
    """The cards' names and their driver, since either may change a bit; empty where there is none."""
    try:
        version = _DRIVER.search((driver / "version").read_text("utf-8", "replace"))
        cards = sorted((driver / "gpus").glob("*/information"))
        models = [_MODEL.search(card.read_text("utf-8", "replace")) for card in cards]
    except OSError:
        return ""
    found = dict.fromkeys(model[1] for model in models if model)
    if version is None or not found:
        return ""
    return "-".join("-".join(found).split()) + f" driver-{version[1]}"
