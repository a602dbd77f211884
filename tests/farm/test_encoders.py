"""Promises about the encoder: a card's is taken where it works, is never believed because it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.encoders import encoder_of
from farm.studio import may_render_otherwise
from pipeline.media import Media
from pipeline.plan import graphs
from pipeline.plan.errors import InputError, TransientError
from tests.db.values import PROFILE


class Answering(Media):
    """FFmpeg whose card's encoder works, or does not."""

    def __init__(self, real: Media, *, able: bool) -> None:
        super().__init__(real.ffmpeg, limits=real.limits)
        self.able = able
        self.asked: list[Sequence[str]] = []

    def can_encode(self, parameters: Sequence[str]) -> bool:
        """As it was made."""
        self.asked.append(parameters)
        return self.able


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop with nothing set."""
    with open_workshop(settings_of({"LECTERN_HOME": str(tmp_path)})) as opened:
        yield opened


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """What the driver of a card tells."""
    folder = tmp_path / "nvidia"
    add_card(folder, "0000:01:00.0", "NVIDIA RTX 4090", "GPU-1f00")
    (folder / "version").write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  575.57.08  Sat May 24 2025\nGCC version:  12\n"
    )
    return folder


def add_card(driver: Path, place: str, model: str, uuid: str) -> None:
    """A card as its driver tells of it."""
    folder = driver / "gpus" / place
    folder.mkdir(parents=True)
    told = f"Model: \t\t {model}\nIRQ:   \t\t 90\nGPU UUID: \t {uuid}\nBus Type: \t PCIe\n"
    (folder / "information").write_text(told)


def choosing(workshop: Workshop, codec: str, *, able: bool) -> Workshop:
    """The same with another setting, and another FFmpeg."""
    home = str(workshop.settings.home)
    settings = settings_of({"LECTERN_HOME": home, "LECTERN_ENCODER__CODEC": codec})
    return replace(workshop, settings=settings, media=Answering(workshop.media, able=able))


def test_a_cards_encoder_is_taken_where_it_works(workshop: Workshop, driver: Path) -> None:
    """Its name tells card and driver, which may change bits as FFmpeg's build does."""
    found = encoder_of(choosing(workshop, "auto", able=True), driver=driver, environment={})
    assert found.parameters == graphs.card_parameters(qp=workshop.settings.encoder.qp)
    assert found.name.startswith("h264_nvenc NVIDIA-RTX-4090 driver-575.57.08 ffmpeg-")


@pytest.mark.parametrize(
    ("visible", "card"),
    [
        (None, "NVIDIA-RTX-4090"),
        ("0,1", "NVIDIA-RTX-4090"),
        ("1", "NVIDIA-L4"),
        ("1,0", "NVIDIA-L4"),
        ("GPU-2f", "NVIDIA-L4"),
        ("GPU-2f00, 0", "NVIDIA-L4"),
    ],
)
def test_it_is_the_card_that_encodes_which_is_named(
    workshop: Workshop, driver: Path, visible: str | None, card: str
) -> None:
    """Of several it is the first that this process sees: workers on unlike cards of a machine differ."""
    add_card(driver, "0000:02:00.0", "NVIDIA L4", "GPU-2f00")
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    found = encoder_of(choosing(workshop, "auto", able=True), driver=driver, environment=environment)
    assert found.name.split()[:2] == ["h264_nvenc", card]


@pytest.mark.parametrize("visible", ["", "-1", "2", "GPU-", "MIG-2f00"])
def test_a_card_that_is_kept_from_a_process_is_not_tried(
    workshop: Workshop, driver: Path, visible: str
) -> None:
    """Who sees no card, or none that is known for sure, encodes without."""
    add_card(driver, "0000:02:00.0", "NVIDIA L4", "GPU-2f00")
    chosen = choosing(workshop, "auto", able=True)
    found = encoder_of(chosen, driver=driver, environment={"CUDA_VISIBLE_DEVICES": visible})
    assert found.name.startswith("libx264 ffmpeg-")


@pytest.mark.parametrize(("codec", "card"), [("auto", True), ("auto", False), ("libx264", True)])
def test_else_it_is_x264(workshop: Workshop, driver: Path, codec: str, card: bool) -> None:  # noqa: FBT001 - a case
    """Where the trial fails, where there is no card (then nothing is tried), and where it was asked for."""
    chosen = choosing(workshop, codec, able=codec == "libx264")
    found = encoder_of(chosen, driver=driver if card else driver / "away")
    assert found.name.startswith("libx264 ffmpeg-")
    assert isinstance(chosen.media, Answering)
    assert bool(chosen.media.asked) is (codec == "auto" and card)


def test_what_was_asked_for_by_name_is_not_replaced(workshop: Workshop, driver: Path) -> None:
    """An operator who set it hears that it does not work, instead of wondering at the speed."""
    with pytest.raises(InputError, match="media-encoder-missing"):
        encoder_of(choosing(workshop, "h264_nvenc", able=False), driver=driver)


def test_a_trial_is_a_real_one(workshop: Workshop) -> None:
    """x264 works wherever Lectern does; an encoder that is listed, on a card that is not there, fails."""
    own = graphs.video_parameters(qp=18, preset="superfast")
    assert workshop.media.can_encode(own)
    away = (*graphs.card_parameters(qp=18), "gpu=99")
    assert not workshop.media.can_encode(away)


def test_only_what_a_card_does_may_be_done_otherwise() -> None:
    """A failing x264 is no reason to plan a film anew; a card's memory and its encoder are."""
    by_card = replace(PROFILE, parameters=graphs.card_parameters(qp=18))
    full, failed = TransientError("face-out-of-memory"), TransientError("media-failed")
    assert may_render_otherwise(full, PROFILE)
    assert may_render_otherwise(failed, by_card)
    assert not may_render_otherwise(failed, PROFILE)
    assert not may_render_otherwise(TransientError("media-time"), by_card)
