"""A promise about who has films made, as their labels tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.bootstrap import open_workshop, settings_of
from pipeline.plan.errors import InputError


def test_a_producer_that_no_label_can_bear_is_told_at_the_start(tmp_path: Path) -> None:
    """Not after a night of rendering."""
    wrong = {"LECTERN_HOME": str(tmp_path), "LECTERN_LABEL__PRODUCER": "My Company"}
    with pytest.raises(InputError, match="label-producer-wrong"):
        open_workshop(settings_of(wrong))
