"""Promises of the look at members: a department that nobody has is told of."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from farm.bootstrap import Farm, Workshop
from farm.doctor import Doubt
from farm.doctor_members import look_at_members


def _with(farm: Farm, of: str) -> Workshop:
    members = farm.settings.members.model_copy(update={"of": of})
    settings = farm.settings.model_copy(update={"members": members})
    return cast("Workshop", replace(farm, settings=settings))


def test_a_department_that_is_not_there_is_told_of(farm: Farm) -> None:
    """With whose it is; names are one in whatever case, and nothing set is well."""
    assert look_at_members(_with(farm, "")).detail == "–"
    assert look_at_members(_with(farm, "root = Default")).detail == "root = Default"
    with pytest.raises(Doubt) as doubt:
        look_at_members(_with(farm, "anna = default, root = nowhere"))
    assert doubt.value.error.code == "members-department-unknown"
    facts = {"user": "root", "department": "nowhere", "known": "default"}
    assert dict(doubt.value.error.facts) == facts
