"""Promises about catalogues: Lectern's own is sound, an operator's is checked, and names what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.bootstrap import settings_of
from farm.models.catalogue import read_catalogue
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind, Use, allowed_uses

OWN = """
["{name}"]
kind = "wav2lip"
file = "lips.pth"
bytes = 5
licence = "MIT"
terms.en = "Do what you like."
terms.zh = "可随意使用。"
page = "https://owner.example/terms"
{more}
"""


def catalogue(folder: Path, text: str) -> Path:
    """A catalogue with that text."""
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_our_own_knows_the_official_files(tmp_path: Path) -> None:
    """Each has a digest, a licence whose terms are known, and a way to get it; faces' forbid business."""
    known = {entry.name: entry for entry in read_catalogue(settings_of({}).model_catalogues)}
    faces = {"wav2lip", "wav2lip_gan", "GFPGANv1.4", "codeformer"}
    sizes = ("tiny", "base", "small", "medium", "large-v3", "large-v3-turbo")
    assert set(known) == faces | {f"whisper-{size}" for size in sizes}
    for entry in known.values():
        assert len(entry.digest) == 64
        assert entry.address or entry.by_hand
        assert allowed_uses(entry.licence)
        assert (Use.COMMERCIAL in allowed_uses(entry.licence)) == (entry.name not in faces)
        assert entry.said("en") != entry.said("zh")
        # Whoever fetches an ear gets what its library itself would take for that ear.
        assert entry.kind is not ModelKind.WHISPER or f"/{entry.digest}/{entry.file}" in str(entry.address)
        assert all(
            address is None or address.startswith("https://") for address in (entry.address, entry.page)
        )
    del tmp_path


def test_an_operators_own_comes_second(tmp_path: Path) -> None:
    """It adds models, and gives known ones another address."""
    more = f'digest = "{"a" * 64}"\naddress = "https://mirror.example/lips.pth"'
    path = catalogue(tmp_path, OWN.format(name="wav2lip", more=more) + OWN.format(name="mine", more=""))
    settings = settings_of({"LECTERN_MODELS__CATALOGUE": str(path)})
    merged = read_catalogue(settings.model_catalogues)
    assert merged.named("wav2lip").address == "https://mirror.example/lips.pth"
    assert merged.named("mine").digest == ""
    found = merged.with_digest("a" * 64)
    assert found is not None
    assert found.name == "wav2lip"
    assert merged.with_digest("b" * 64) is None
    with pytest.raises(InputError) as told:
        merged.named("other")
    assert told.value.code == "model-not-known"
    assert "mine" in str(told.value.facts["known"])


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        "[a]\nkind = 3",
        OWN.format(name="../x", more=""),
        OWN.format(name="x", more='digest = "short"'),
        OWN.format(name="x", more='address = "file:///etc/passwd"'),
        OWN.format(name="x", more='address = "https://"'),
        OWN.format(name="x", more='colour = "red"'),
        OWN.format(name="x", more="").replace("lips.pth", "../../lips.pth"),
        OWN.format(name="x", more="").replace("= 5", "= -5"),
        "a = 3",
    ],
)
def test_a_wrong_catalogue_is_told(tmp_path: Path, text: str) -> None:
    """Which file, and what is wrong first."""
    with pytest.raises(InputError) as told:
        read_catalogue([catalogue(tmp_path, text)])
    assert told.value.code in {"model-catalogue-wrong", "model-name-wrong"}


def test_a_catalogue_that_is_not_there_is_told(tmp_path: Path) -> None:
    """So that a slip in the settings is seen."""
    with pytest.raises(InputError) as told:
        read_catalogue([tmp_path / "none.toml"])
    assert told.value.facts["reason"] == "No such file or directory"
