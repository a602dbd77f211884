"""Check the people of a row: whether somebody's consent is recorded for whoever is seen and heard."""

from __future__ import annotations

from collections.abc import Iterator

from farm.rowfiles import AUDIO
from farm.rows import BrokenRow, Problem, Row, Wanted
from pipeline.plan.errors import InputError
from pipeline.plan.people import Policy, ProfileKind, named_in
from pipeline.plan.portrait import Finding

_MISSING = "consent-missing"


def unconsented(row: Row | BrokenRow, policy: str) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a row whose people nobody asked, and what may be an oversight, by the policy."""
    pictured = row.portrait is not None
    missing = [] if policy == Policy.NONE else list(_missing(row, pictured=pictured))
    return (missing, []) if policy == Policy.REQUIRED else ([], missing)


def unrecorded(wanted: Wanted, policy: str) -> tuple[Finding, ...]:
    """What is to be said of the people in a film that is made here, by the policy.

    Raises:
        InputError: ``consent-missing``.
    """
    missing = () if policy == Policy.NONE else tuple(_missing(wanted, pictured=True))
    for each in missing:
        if policy == Policy.REQUIRED:
            raise InputError(each.code, **each.facts)
    return tuple(Finding(code=each.code, level="warning", facts=each.facts) for each in missing)


def _missing(row: Wanted, *, pictured: bool) -> Iterator[Problem]:
    """Each person of a row for whom no profile stands."""
    if pictured and not row.portrait_profile and "portrait" not in row.wrong:
        yield _problem(row, "portrait", ProfileKind.PORTRAIT)
    # A recording is a voice, too: whose, the column of voices says, which has nothing else to say there.
    if row.recording is not None and named_in(row.voice) is None:
        yield _problem(row, AUDIO, ProfileKind.VOICE)


def _problem(row: Wanted, column: str, kind: ProfileKind) -> Problem:
    place = row.places.get(column, "")
    facts = {"kind": kind.value, "what": column}
    return Problem(row=row.number, column=column, code=_MISSING, facts=facts, place=place)
