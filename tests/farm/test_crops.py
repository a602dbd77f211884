"""What is said at submission of the part of a portrait that a model is shown as the face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from farm.bootstrap import Farm
from farm.precheck import check
from tests.farm.models.cards import put
from tests.farm.submitting import ROW, manifest
from tests.support.eye import require_landmarks
from tests.support.lips import faces_with_lips


def test_a_crop_that_no_film_shows_is_refused_where_a_model_heeds_it(farm: Farm, batch_folder: Path) -> None:
    """It is told under its own column; an engine without a model has no use for it, and says just that."""
    require_landmarks(farm.eyes)
    put(farm.models.root, "one", b"1")
    row = {**ROW, "script": "Hello.", "face.crop": "9000,9000,100,100"}
    path = manifest(batch_folder, {**row, "face.engine": "lips"}, {**row, "face.engine": "warp"})
    checked = check(replace(farm, faces=faces_with_lips()), path)
    assert [(each.row, each.column, each.code) for each in checked.problems] == [
        (2, "face.crop", "face-crop-outside")
    ]
    assert [(each.row, each.column, each.code) for each in checked.warnings] == [
        (3, "face.crop", "face-option-idle")
    ]
