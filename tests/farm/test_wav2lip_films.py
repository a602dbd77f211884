"""The whole farm with a model: submitted, drawn by a network of random weights, joined and archived."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from db import reads
from farm import show
from farm import submit as submitting
from farm.bootstrap import Farm, settings_of
from farm.choices import Wish
from farm.local import make_film
from farm.orders import Order
from farm.precheck import BatchRefusedError
from farm.reading import Reading
from farm.submit import Manner
from pipeline.engines.shelf import eyes, faces
from pipeline.media.packets import decode
from pipeline.plan.errors import InputError
from pipeline.plan.lipsync import Crop, Lipsync, Mode, Pads, lipsync_of
from pipeline.plan.models import WAV2LIP_LICENCE, Use
from pipeline.steps.archive import init_archive
from tasks.bell import Bell
from tasks.step import open_runner
from tests.farm.models.cards import lend
from tests.farm.submitting import manifest
from tests.support.wav2lip import shared_checkpoint

_NOWHERE = "redis://127.0.0.1:9/0"
_ROW = {"id": "one", "script": "Hi.", "portrait": "astronaut.png", "format": "square-512"}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights."""
    path = shared_checkpoint(tmp_path_factory)
    for shelf, name in ((eyes(), "facemesh"), (faces(), "wav2lip")):
        if (reason := shelf.why_not(name)) is not None:
            assert "CI" not in os.environ, str(reason)
            pytest.skip(str(reason))
    return path


@pytest.fixture
def farm(farm: Farm, checkpoint: Path) -> Iterator[Farm]:
    """A farm with that model on its shelf, which may be used for research alone."""
    lend(farm.models.root, "noise", checkpoint, licence=WAV2LIP_LICENCE)
    init_archive(farm.archive)
    return farm


def ready(farm: Farm) -> list[int]:
    """The steps that could be run now."""
    with farm.ledger.read() as connection:
        rows = connection.execute(text("SELECT id FROM steps WHERE state = 'ready' ORDER BY id"))
        return [row.id for row in rows]


def test_a_film_goes_all_the_way(farm: Farm, batch_folder: Path) -> None:
    """Refused until its licence is taken on; then in the archive, with model, licence and acceptance told."""
    path, wav2lip = manifest(batch_folder, _ROW), Reading(face_engine="wav2lip")
    with pytest.raises(BatchRefusedError) as refused:
        submitting.submit(farm, path, Manner(), reading=wav2lip)
    (problem,) = refused.value.problems
    assert (problem.column, problem.code) == ("face.model", "model-licence-forbids")
    farm.models.accept("noise", Use.COMMERCIAL, by="anna", at_ms=int(time.time() * 1000))
    submitting.submit(farm, path, Manner(), reading=wav2lip)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := ready(farm):
            assert {runner.run(step) for step in steps} == {True}
    detail = show.job(farm, 1)
    assert detail.job.archive == "archived"
    assert (detail.face, detail.mode) == ("wav2lip", "fast")
    assert [(model.name, model.accepted_by) for model in detail.models] == [("noise", "anna")]
    told = json.loads((farm.archive / detail.archived["manifest"]).read_text("utf-8"))
    (model,) = told["inputs"]["models"]
    assert (model["licence"], model["use"], model["accepted"]["by"]) == (
        WAV2LIP_LICENCE,
        "commercial",
        "anna",
    )
    assert told["profile"]["weights"] == model["digest"]
    assert (told["profile"]["engine"], told["profile"]["mode"]) == ("wav2lip", "fast")


def test_weights_that_were_changed_make_no_film(farm: Farm, batch_folder: Path) -> None:
    """Whatever changed them, a film is made with the weights that it was promised, or told what to do."""
    model = farm.models.accept("noise", Use.COMMERCIAL, by="anna", at_ms=1)
    path, wav2lip = manifest(batch_folder, _ROW), Reading(face_engine="wav2lip")
    submitting.submit(farm, path, Manner(), reading=wav2lip)
    file = farm.models.get(model.name, kind=model.kind).path
    for kernels in file.parent.glob("*.kernels*"):
        kernels.unlink()
    with file.open("r+b") as content:
        content.seek(-(1 << 20), os.SEEK_END)
        content.write(b"\0" * 64)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := ready(farm):
            assert {runner.run(step) for step in steps} == {True}
    with farm.ledger.read() as connection:
        (told,) = connection.execute(text("SELECT state, error_code, error_facts FROM jobs"))
    assert (told.state, told.error_code) == ("failed", "model-damaged")
    assert json.loads(told.error_facts) == {"model": "noise", "path": str(file)}
    assert not list(file.parent.glob("*.kernels*"))


def test_what_rows_say_of_the_lips_is_what_the_engine_is_asked(farm: Farm, batch_folder: Path) -> None:
    """Box, padding, offset and mode of a manifest stand in the job, by which every step prepares its face."""
    farm.models.accept("noise", Use.COMMERCIAL, by="anna", at_ms=1)
    asked = (
        {"face.mode": "exact", "face.pads": "0, 10%, 5, 5", "face.mel_offset_frames": "-2"},
        {"face.crop": "180,40,140,170"},
    )
    rows = [{**_ROW, "id": str(number), **options} for number, options in enumerate(asked)]
    submitting.submit(farm, manifest(batch_folder, *rows), Manner(), reading=Reading(face_engine="wav2lip"))
    specs = [reads.read_job(farm.ledger, number).spec for number in (1, 2)]
    assert [lipsync_of(spec.options) for spec in specs] == [
        Lipsync(mode=Mode.EXACT, pads=Pads(0, 10, 5, 5), offset=-2),
        Lipsync(crop=Crop(180, 40, 140, 170)),
    ]


def test_one_film_by_itself_speaks_with_its_mouth_alone(farm: Farm, batch_folder: Path) -> None:
    """`lectern render` with `exact`: the mouth changes while it speaks, and nothing outside the face does."""
    farm.models.accept("noise", Use.COMMERCIAL, by="anna", at_ms=1)
    (batch_folder / "talk.txt").write_text("Hi.")
    order = Order(
        portrait=batch_folder / "astronaut.png",
        script=batch_folder / "talk.txt",
        film=batch_folder / "film.mp4",
        wish=Wish(format="square-512"),
        engine="wav2lip",
        model="noise",
        mode="exact",
    )
    made = make_film(farm, order, progress=lambda *_: None, check=lambda: None)
    assert json.loads(made.files[".json"].read_text("utf-8"))["profile"]["precision"] == "fp32"
    frames = np.stack(list(decode(made.files[".mp4"])))
    # The label at the upper left comes and goes.
    rows, columns = np.nonzero(frames.std(axis=0).max(axis=2)[120:] > 12)
    assert len(rows) > 100
    assert max(np.ptp(rows), np.ptp(columns)) < 300


def test_a_card_that_is_asked_for_and_absent_is_told_at_once(farm: Farm) -> None:
    """A worker does not begin as something else than was ordered."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a card")
    home = str(farm.settings.home)
    settings = settings_of({"LECTERN_HOME": home, "LECTERN_FACE__DEVICE": "cuda"})
    with pytest.raises(InputError, match="face-device-missing"):
        open_runner(replace(farm, settings=settings), "w", [], Bell(_NOWHERE))
