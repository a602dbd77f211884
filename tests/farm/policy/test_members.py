"""Who may submit for which department is what the operator wrote, and nothing that can be misread."""

from __future__ import annotations

import pytest

from farm.policy.members import check_member, members_of
from pipeline.plan.errors import InputError

_MEMBERS = members_of("alice = Marketing, bob=marketing training ")


@pytest.mark.parametrize(
    ("user", "department"), [("alice", "marketing"), ("bob", "Training"), ("bob", "MARKETING")]
)
def test_members_may_submit_for_their_departments(user: str, department: str) -> None:
    """Departments are known in any case."""
    check_member(_MEMBERS, user, department)


@pytest.mark.parametrize(
    ("user", "department"), [("alice", "training"), ("Alice", "marketing"), ("carl", "marketing"), ("", "")]
)
def test_nobody_else_may(user: str, department: str) -> None:
    """Users are who they are, letter by letter; one who stands nowhere is a member of nothing."""
    with pytest.raises(InputError) as told:
        check_member(_MEMBERS, user, department)
    assert told.value.code == "submit-member-foreign"


def test_without_members_anybody_may() -> None:
    """A farm that names none lets everybody submit for every department."""
    check_member(members_of("  "), "carl", "marketing")


@pytest.mark.parametrize(
    "words",
    ["alice", "alice =", "= marketing", "a b = marketing", "alice = marketing,", "alice = x = y", ","],
)
def test_what_names_nobody_or_nothing_is_refused(words: str) -> None:
    """Half an entry is an error, and never everybody."""
    with pytest.raises(InputError) as told:
        members_of(words)
    assert told.value.code == "members-wrong"


def test_nobody_stands_there_twice() -> None:
    """Of two entries of one user, one would be overlooked."""
    with pytest.raises(InputError) as told:
        members_of("alice = a, alice = b")
    assert told.value.code == "members-twice"
