"""Whose picture a row shows: by profile with their consent, or by a file as far as the policy allows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from db import consents, grants, reads
from farm.bootstrap import Farm, Settings, settings_of
from farm.choices import Wish
from farm.orders import Order, job_of
from farm.precheck import BatchRefusedError
from farm.profiles import adding
from farm.submit import Receipt
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind
from tests.db.persons import YEAR_MS, found_department, pass_time
from tests.farm.people import LATER, document, given, portrait
from tests.farm.submitting import ROW, manifest, submit
from tests.support.recordings import talk, written

PROFILE = {**ROW, "script": "Hello.", "portrait": "profile:anna"}
FILE = {**ROW, "script": "Hello.", "portrait": "astronaut.png"}


def with_policy(farm: Farm, policy: str) -> Farm:
    """The same farm under another policy."""
    settings: Settings = settings_of(
        {"LECTERN_HOME": str(farm.settings.home), "LECTERN_CONSENT__POLICY": policy}
    )
    return replace(farm, settings=settings)


def refused(farm: Farm, path: Path) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that a batch is refused for."""
    with pytest.raises(BatchRefusedError) as told:
        submit(farm, path)
    return [(each.row, each.column, each.code) for each in told.value.problems]


def warned(receipt: Receipt) -> list[tuple[int, str, str]]:
    """The same of what it was accepted in spite of."""
    return [(each.row, each.column, each.code) for each in receipt.warnings]


def test_a_row_shows_a_profile(farm: Farm, batch_folder: Path) -> None:
    """Its film is made from the profile's picture, and is promised the consent."""
    anna = portrait(farm, batch_folder)
    submit(farm, manifest(batch_folder, PROFILE, FILE))
    by_profile, by_file = (reads.read_job(farm.ledger, job).spec for job in (1, 2))
    assert by_profile.portrait == anna.reference
    (use,) = by_profile.people
    assert (use.kind, use.name, use.person, use.consent) == (
        ProfileKind.PORTRAIT,
        "Anna",
        "Anna Lee",
        anna.consent,
    )
    assert by_file.people == ()


@pytest.mark.parametrize("policy", ["none", "warn", "required"])
def test_a_file_without_a_record_is_taken_as_the_policy_says(
    farm: Farm, batch_folder: Path, policy: str
) -> None:
    """Taken, warned of, or refused; a profile has its record under each policy."""
    portrait(farm, batch_folder)
    path = manifest(batch_folder, PROFILE, FILE)
    missing = [(3, "portrait", "consent-missing")]
    told = with_policy(farm, policy)
    if policy == "required":
        assert refused(told, path) == missing
        return
    assert warned(submit(told, path)) == (missing if policy == "warn" else [])


def test_a_recording_is_somebodys_voice(farm: Farm, batch_folder: Path) -> None:
    """The column of voices says whose; the film tells of that consent, and sounds as it was recorded."""
    portrait(farm, batch_folder)
    sample = written(batch_folder / "talk.wav", talk())
    adding.add_voice(farm, given(batch_folder, "Anna"), sample, by="bert")
    row = {"audio": "talk.wav", "portrait": "profile:anna", "format": "square-512", "script": ""}
    path = manifest(batch_folder, row, {**row, "voice": "profile:anna"}, {**row, "voice": "profile:bert"})
    found = refused(with_policy(farm, "required"), path)
    assert found == [(2, "audio", "consent-missing"), (4, "voice", "profile-unknown")]
    receipt = submit(with_policy(farm, "warn"), path, skip_invalid=True)
    told = [code for _, _, code in warned(receipt)]
    assert sorted(told) == ["consent-missing", "recording-no-ear", "recording-no-ear"]
    spec = reads.read_job(farm.ledger, 2).spec
    assert [use.kind for use in spec.people] == [ProfileKind.PORTRAIT, ProfileKind.VOICE]
    assert (spec.voice.latents, spec.voice.converter) == ("", "")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("profile:Ann", "profile-unknown"),
        ("profile:", "manifest-file-missing"),
        ("profile:Anna+x", "profile-unknown"),
    ],
)
def test_a_name_that_nobody_bears_is_refused(farm: Farm, batch_folder: Path, cell: str, code: str) -> None:
    """With names like it."""
    portrait(farm, batch_folder)
    assert refused(farm, manifest(batch_folder, {**PROFILE, "portrait": cell})) == [(2, "portrait", code)]


def test_another_department_needs_a_grant(farm: Farm, batch_folder: Path) -> None:
    """Without it the row is refused, with it the film is made."""
    anna = portrait(farm, batch_folder)
    found_department(farm.ledger, "sales")
    path = manifest(batch_folder, {**PROFILE, "department": "sales"})
    assert refused(farm, path) == [(2, "portrait", "profile-foreign")]
    grants.grant(farm.ledger, anna, "sales", by="bert")
    assert submit(farm, path).jobs == 1


def test_a_consent_that_has_ended_refuses_its_rows(farm: Farm, batch_folder: Path) -> None:
    """Withdrawn or expired, at the row that names it; other rows can go alone."""
    anna = portrait(farm, batch_folder)
    path = manifest(batch_folder, PROFILE, FILE)
    consents.withdraw(farm.ledger, anna, by="anna")
    assert refused(farm, path) == [(2, "portrait", "consent-withdrawn")]
    assert submit(farm, path, skip_invalid=True).jobs == 1
    adding.renew(farm, anna, document(batch_folder, "Again"), owner="", expires=LATER, by="bert")
    assert submit(farm, path).jobs == 2
    pass_time(farm.ledger, 2 * YEAR_MS)
    assert refused(farm, path) == [(2, "portrait", "consent-expired")]


def test_the_same_films_are_the_same_batch_under_a_new_consent(farm: Farm, batch_folder: Path) -> None:
    """Sending a batch twice makes no film twice, whatever was signed in between."""
    anna = portrait(farm, batch_folder)
    path = manifest(batch_folder, PROFILE)
    first = submit(farm, path)
    adding.renew(farm, anna, document(batch_folder, "Again"), owner="", expires=LATER, by="bert")
    second = submit(farm, path)
    assert (second.batch, second.created) == (first.batch, False)


def test_a_picture_that_was_lost_is_named(farm: Farm, batch_folder: Path) -> None:
    """No step could make it again; the row is refused, and nothing breaks."""
    anna = portrait(farm, batch_folder)
    farm.store.delete(anna.reference)
    found = refused(farm, manifest(batch_folder, PROFILE))
    assert found == [(2, "portrait", "store-artifact-missing")]


@pytest.mark.parametrize("policy", ["none", "warn", "required"])
def test_a_film_that_is_made_without_a_ledger_keeps_to_the_policy(
    farm: Farm, batch_folder: Path, policy: str
) -> None:
    """It knows no profiles: taken, warned of, or refused before anything is kept."""
    words = batch_folder / "words.txt"
    words.write_text("Hello.", "utf-8")
    film = batch_folder / "film.mp4"
    order = Order(portrait=batch_folder / "astronaut.png", script=words, film=film, wish=Wish())
    told = with_policy(farm, policy)
    if policy == "required":
        with pytest.raises(InputError) as refusal:
            job_of(told, order)
        assert refusal.value.code == "consent-missing"
        return
    codes = [finding.code for finding in job_of(told, order)[1]]
    assert codes.count("consent-missing") == (policy == "warn")
