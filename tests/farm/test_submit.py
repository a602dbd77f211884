"""Promises about submitting: a batch is checked whole, and queued whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from db import reads, submission
from db.values import Submission
from farm import show
from farm.bootstrap import Farm, open_farm, settings_of
from farm.precheck import BatchRefusedError
from farm.submit import Receipt
from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical
from pipeline.plan.messages import CATALOGUE
from tests.farm import bad_inputs
from tests.farm.bad_inputs import BAD, DOUBTFUL, Bad
from tests.farm.submitting import ROW, manifest, stored, submit


@pytest.fixture(scope="module")
def refusal(
    tmp_path_factory: pytest.TempPathFactory, fresh_ledger: Path
) -> tuple[BatchRefusedError, int, int]:
    """The refusal of every bad row at once; how many batches and stored files there were afterwards."""
    folder = tmp_path_factory.mktemp("bad")
    home = folder / "home"
    home.mkdir()
    (home / "ledger.sqlite3").write_bytes(fresh_ledger.read_bytes())
    path = bad_inputs.make(folder / "batch")
    with open_farm(settings_of({"LECTERN_HOME": str(home)})) as farm:
        with pytest.raises(BatchRefusedError) as refused:
            submit(farm, path)
        return refused.value, len(reads.list_batches(farm.ledger)), len(stored(farm))


@pytest.mark.parametrize(
    ("place", "bad"), list(enumerate(BAD)), ids=[f"{bad.name}-{place}" for place, bad in enumerate(BAD)]
)
def test_each_bad_input_is_named_by_row_column_and_code(
    refusal: tuple[BatchRefusedError, int, int], place: int, bad: Bad
) -> None:
    """Row as a spreadsheet counts, column as its head says, a code of the catalogue, and a cure."""
    row = place + 3
    found = [(problem.column, problem.code) for problem in refusal[0].problems if problem.row == row]
    assert found == [(bad.column, bad.code)]
    words = CATALOGUE[bad.code].en
    (problem,) = (problem for problem in refusal[0].problems if problem.row == row)
    assert words.what.format_map(problem.facts)
    assert words.cure.format_map(problem.facts)


def test_all_mistakes_of_a_row_are_told_at_once(farm: Farm, batch_folder: Path) -> None:
    """A wrong file hides nothing of what else is wrong; what is known to be wrong is told once."""
    cv2.imwrite(str(batch_folder / "plain.png"), np.full((600, 600, 3), 128, np.uint8))
    wrong = {"voice": "nobody", "format": "square-512", "face.motion": "wild", "urgency": "now"}
    path = manifest(
        batch_folder,
        {**wrong, "id": "file", "script": "Hello.", "portrait": "gone.png"},
        {**wrong, "id": "words", "script": "Hello {{nobody}}.", "portrait": "plain.png"},
        {**wrong, "id": "pause", "script": "A [pause x] b.", "portrait": "gone.png", "format": "f" * 201},
    )
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, path)
    told: dict[int, list[tuple[str, str]]] = {}
    for problem in refused.value.problems:
        told.setdefault(problem.row, []).append((problem.column, problem.code))
    wishes = [
        ("voice", "voice-unknown"),
        ("face.motion", "face-motion-unknown"),
        ("urgency", "submit-urgency-unknown"),
    ]
    assert told == {
        2: [("portrait", "manifest-file-missing"), *wishes],
        3: [("script", "manifest-variable-unfilled"), *wishes, ("portrait", "portrait-no-face")],
        4: [
            ("format", "manifest-field-long"),
            ("portrait", "manifest-file-missing"),
            ("script", "script-pause-malformed"),
            *wishes,
        ],
    }
    assert (refused.value.rows, refused.value.good) == (3, 0)


def test_a_refused_batch_leaves_nothing_behind(refusal: tuple[BatchRefusedError, int, int]) -> None:
    """No batch in the ledger, no file in the store; the good row alone was no reason to begin."""
    error, batches, files = refusal
    assert (batches, files) == (0, 0)
    assert (error.rows, error.good) == (1 + len(BAD) + len(DOUBTFUL), 1 + len(DOUBTFUL))


@pytest.mark.parametrize(
    ("place", "doubtful"), list(enumerate(DOUBTFUL)), ids=[each.name for each in DOUBTFUL]
)
def test_what_could_be_made_but_should_be_known_is_warned_about(
    refusal: tuple[BatchRefusedError, int, int], place: int, doubtful: Bad
) -> None:
    """A doubtful portrait refuses nothing, and its row, column and code are told."""
    row = 3 + len(BAD) + place
    assert not [problem for problem in refusal[0].problems if problem.row == row]
    told = [(warning.column, warning.code) for warning in refusal[0].warnings if warning.row == row]
    assert (doubtful.column, doubtful.code) in told


def test_a_value_that_is_wrong_is_told_once(farm: Farm, batch_folder: Path) -> None:
    """A script that cannot be filled is not called empty besides; a default says where it stands."""
    path = batch_folder / "films.csv"
    path.write_text("script,portrait,day\nOn {{day:date}}.,leo.png,3/2/2026\n", "utf-8")
    (batch_folder / "films.toml").write_text('[defaults]\nformat = "wid"\n', "utf-8")
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, path)
    told = [(problem.row, problem.column, problem.place, problem.code) for problem in refused.value.problems]
    assert told == [
        (2, "day", "", "manifest-variable-date"),
        (2, "format", "films.toml", "portrait-format-unknown"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "manifest-no-rows"),
        (b"id,script,portrait\n", "manifest-no-rows"),
        (b"id,portrait\na,astronaut.png\n", "manifest-column-missing"),
        (b"id,script,portrait,portrait\na,b,astronaut.png,leo.png\n", "manifest-column-twice"),
        (b"PK\x03\x04 and so on", "manifest-workbook-damaged"),
        (b"id,script,portrait\na,\xff\xfe\xff,astronaut.png\n", "manifest-encoding"),
        (b"id,script,portrait\na,\x00,astronaut.png\n", "manifest-nul"),
        (b'id,script,portrait\na,"open,astronaut.png\n', "manifest-quote"),
    ],
)
def test_a_manifest_that_is_wrong_as_a_whole_is_refused(
    farm: Farm, batch_folder: Path, content: bytes, code: str
) -> None:
    """What concerns the whole file is told of row 0, --skip-invalid or not, and nothing is queued."""
    path = batch_folder / "batch.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        submit(farm, path, skip_invalid=True)
    told = refused.value.problems if isinstance(refused.value, BatchRefusedError) else ()
    assert code in {refused.value.code, *(problem.code for problem in told if problem.row <= 2)}
    assert refused.value.code == (
        "command-manifest-unusable" if any(not problem.row for problem in told) else "command-batch-hopeless"
    )
    assert not reads.list_batches(farm.ledger)
    assert not stored(farm)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gone.csv", "manifest-file-missing"),
        ("", "manifest-file-irregular"),
        ("astronaut.png", "manifest-nul"),
        ("nothing.csv", "manifest-no-rows"),
    ],
)
def test_what_is_no_manifest_at_all_is_told_so(farm: Farm, batch_folder: Path, name: str, code: str) -> None:
    """A file that is not there, a folder, a picture, nothing: the summary speaks of the file, not of rows."""
    (batch_folder / "nothing.csv").touch()
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, batch_folder / name)
    assert refused.value.code == "command-manifest-unusable"
    assert [(problem.row, problem.code) for problem in refused.value.problems] == [(0, code)]


def test_a_pitch_goes_to_the_voice(farm: Farm, batch_folder: Path) -> None:
    """And nowhere else; without one it is the voice's own."""
    rows = [{**ROW, "name": "Maria", "voice.pitch": pitch} for pitch in ("", "80%")]
    receipt = submit(farm, manifest(batch_folder, *rows))
    lines = reads.list_jobs(farm.ledger, batch=receipt.batch)
    specs = [reads.read_job(farm.ledger, line.id).spec for line in lines]
    assert [(spec.voice.pitch, spec.options) for spec in specs] == [(100, {}), (80, {})]


def test_backgrounds_are_pictures_colours_or_blurred(farm: Farm, batch_folder: Path) -> None:
    """A picture is copied into the store like a portrait, a colour is an option, blurred is usual."""
    words = ("leo.png", "#AABBCC", "blur", "")
    rows = [{**ROW, "name": "Maria", "background": background} for background in words]
    receipt = submit(farm, manifest(batch_folder, *rows))
    lines = reads.list_jobs(farm.ledger, batch=receipt.batch)
    specs = [reads.read_job(farm.ledger, line.id).spec for line in lines]
    assert [spec.options for spec in specs] == [{}, {"background": "#aabbcc"}, {}, {}]
    assert [spec.background is None for spec in specs] == [False, True, True, True]
    assert specs[0].background is not None
    found = farm.store.verify(specs[0].background).read_bytes()
    assert found == (batch_folder / "leo.png").read_bytes()


def test_the_same_content_is_the_same_batch(farm: Farm, batch_folder: Path) -> None:
    """Under another name and encoding as well; a changed word makes another batch, and so does --again."""
    row = {**ROW, "name": "Maria"}
    first = submit(farm, manifest(batch_folder, row))
    renamed = manifest(batch_folder, row, name="copy.csv")
    renamed.write_bytes(renamed.read_text("utf-8").encode("utf-16"))
    assert submit(farm, renamed) == Receipt(batch=first.batch, jobs=1, created=False, skipped=(), warnings=())
    assert first.created
    other = submit(farm, manifest(batch_folder, {**row, "name": "Mario"}))
    again = submit(farm, renamed, again=True)
    assert len({first.batch, other.batch, again.batch}) == 3
    assert other.created
    assert again.created


def test_a_batch_is_the_same_after_an_upgrade_too(farm: Farm, batch_folder: Path) -> None:
    """What tells a plain batch from others is exactly what the first ledgers knew of it."""
    row = {**ROW, "id": "a", "name": "Maria", "user": "u"}
    made = submit(farm, manifest(batch_folder, row))
    (line,) = reads.list_jobs(farm.ledger, batch=made.batch)
    spec = reads.read_job(farm.ledger, line.id).spec
    first = {
        "row": "a",
        "title": "a",
        "user": "u",
        "scene": "a",
        "face": "warp",
        "options": {},
        "script": spec.script,
        "portrait": spec.portrait,
        "voice": spec.voice,
        "format": {"width": 512, "height": 512, "fps": 25},
    }
    batch = Submission(
        content=hashlib.sha256(canonical([first, "normal"]).encode() + b"\n").hexdigest(),
        name="batch.csv",
        user="u",
        department="default",
        key=None,
        again=False,
    )
    found = submission.find_batch(farm.ledger, batch)
    assert found is not None
    assert found.batch == made.batch


def test_a_key_names_one_content(farm: Farm, batch_folder: Path) -> None:
    """The same content is the same batch under any key; other content is refused, and nothing is queued."""
    row = {**ROW, "name": "Maria"}
    first = submit(farm, manifest(batch_folder, row))
    for key in ("monday", "monday", "tuesday"):
        assert submit(farm, manifest(batch_folder, row), key=key).batch == first.batch
    for key in ("monday", "tuesday"):
        with pytest.raises(InputError) as refused:
            submit(farm, manifest(batch_folder, {**row, "name": "Mario"}), key=key)
        assert refused.value.code == "ledger-key-used"
    (only,) = show.batches(farm, most=9)
    assert only.keys == ("monday", "tuesday")


def test_a_file_name_that_is_no_text_is_shown_as_well_as_it_can_be(farm: Farm, batch_folder: Path) -> None:
    """Names and keys come from the system as bytes; the batch stands, and the key means the same again."""
    path = manifest(batch_folder, {**ROW, "name": "Maria"})
    named = path.rename(path.with_name(os.fsdecode(b"caf\xe9.csv")))
    first = submit(farm, named, key=os.fsdecode(b"\xe9t\xe9"))
    assert submit(farm, named, key=os.fsdecode(b"\xe9t\xe9")).batch == first.batch
    (only,) = show.batches(farm, most=9)
    assert (only.name, only.keys) == ("caf?.csv", ("?t?",))


def test_skip_invalid_queues_the_good_rows_and_tells_of_the_others(farm: Farm, batch_folder: Path) -> None:
    """The receipt names what was left out."""
    rows = [{**ROW, "name": "Maria"}, {**ROW, "name": "", "portrait": "gone.png"}, {**ROW, "name": "Ken"}]
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, *rows))
    assert refused.value.good == 2
    receipt = submit(farm, manifest(batch_folder, *rows), skip_invalid=True)
    assert receipt.jobs == 2
    assert {problem.row for problem in receipt.skipped} == {3}


def test_strict_makes_refusals_of_warnings(farm: Farm, batch_folder: Path) -> None:
    """A soft picture is warned about, kept with its job, and refused when nobody wants to see a soft film."""
    picture = cv2.imread(str(batch_folder / "astronaut.png"))
    cv2.imwrite(str(batch_folder / "soft.png"), cv2.GaussianBlur(picture, (0, 0), 2))
    path = manifest(batch_folder, {**ROW, "name": "Maria", "portrait": "soft.png"})
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, path, strict=True)
    assert [problem.code for problem in refused.value.problems] == ["portrait-soft"]
    receipt = submit(farm, path)
    assert [warning.code for warning in receipt.warnings] == ["portrait-soft"]
    (line,) = reads.list_jobs(farm.ledger, batch=receipt.batch)
    assert [warning.code for warning in reads.read_job(farm.ledger, line.id).warnings] == ["portrait-soft"]


def test_how_a_film_is_delivered_is_the_rows_own_choice(farm: Farm, batch_folder: Path) -> None:
    """Frame rate, quality, loudness and preview of each row; what says nothing new is not in the job."""
    path = manifest(
        batch_folder,
        {**ROW, "name": "Ann", "fps": "50.0", "quality": "Draft", "loudness": "−18 LUFS", "preview": "TRUE"},
        {**ROW, "name": "Bob", "fps": "", "quality": "standard", "loudness": "", "preview": "no"},
    )
    receipt = submit(farm, path)
    chosen, usual = (reads.read_job(farm.ledger, line.id).spec for line in reads.list_jobs(farm.ledger))
    assert receipt.jobs == 2
    assert (chosen.format.fps, dict(chosen.options)) == (
        50,
        {"quality": "draft", "loudness": "-18", "preview": "yes"},
    )
    assert (usual.format.fps, dict(usual.options)) == (25, {})


def test_how_a_film_cannot_be_delivered_is_told_by_column(farm: Farm, batch_folder: Path) -> None:
    """Each column for itself, and all of them at once."""
    wrong = {"fps": "29.97", "quality": "best", "loudness": "-3", "preview": "perhaps"}
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, {**ROW, "name": "Ann", **wrong}))
    assert [(problem.column, problem.code) for problem in refused.value.problems] == [
        ("fps", "portrait-frame-rate-unknown"),
        ("quality", "delivery-quality-unknown"),
        ("loudness", "delivery-loudness-wrong"),
        ("preview", "delivery-preview-unknown"),
    ]
