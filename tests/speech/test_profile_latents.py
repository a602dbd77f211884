"""A person's sample is heard when it is added, by the models that are there; films find what was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import profiles
from db.profiles import Profile
from farm.bootstrap import Farm, open_farm
from farm.gc import collect_garbage
from farm.profiles import adding
from farm.profiles.timbres import make_latents
from pipeline.plan.artifact import Kind
from pipeline.plan.models import ModelKind
from pipeline.plan.people import ProfileKind
from tasks.bell import Bell
from tasks.step import open_runner
from tests.farm.conftest import PORTRAITS
from tests.farm.models.cards import put_folder
from tests.farm.people import given
from tests.farm.submitting import ROW, manifest, submit
from tests.support.coqui import coqui_folder, coqui_traits
from tests.support.freevc import freevc_folder, require_coqui
from tests.support.recordings import talk, written
from tests.support.speech_models import make_your_tts
from tests.tasks.yard import ask, break_ground, quick_settings

require_coqui()

_LATENTS = "SELECT digest FROM artifacts WHERE kind = 'latents' AND struck = 0"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A farm without a model."""
    settings = quick_settings(tmp_path / "home", VOICE__DEVICE="cpu")
    break_ground(settings)
    with open_farm(settings) as opened:
        yield opened


@pytest.fixture
def converter(farm: Farm, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of its only model, which converts voices."""
    files = {path.name: path.read_bytes() for path in freevc_folder(tmp_path_factory).iterdir()}
    return put_folder(farm.models.root, "freevc", files, kind=ModelKind.CONVERTER).digest


def _added(farm: Farm, folder: Path, name: str) -> Profile:
    sample = written(folder / "talk.wav", talk(ms=4_600, talks=((300, 4_300),)))
    return adding.add_voice(farm, given(folder, name), sample, by="bert").profile


def test_a_film_finds_what_was_made_when_its_person_was_added(
    farm: Farm, converter: str, tmp_path: Path
) -> None:
    """No step hears the sample again; what was made outlives garbage collection, and serves its equals."""
    heard: list[str] = []
    anna = _added(farm, tmp_path, "Anna")
    (done,) = make_latents(farm, anna, told=heard.append)
    assert (done.model.digest, done.problem, heard) == (converter, None, ["freevc"])
    (made,) = ask(farm, _LATENTS)
    assert ask(farm, "SELECT profile_id, model FROM profile_files") == [(anna.id, converter)]
    collect_garbage(farm.ledger, farm.store, grace_s=0)
    make_latents(farm, _added(farm, tmp_path, "Again"), told=heard.append)
    assert ask(farm, _LATENTS) == [made]
    (tmp_path / "astronaut.png").write_bytes((PORTRAITS / "astronaut.png").read_bytes())
    submit(farm, manifest(tmp_path, {**ROW, "script": "Hello.", "voice": "profile:Anna"}))
    ((step,),) = ask(farm, "SELECT id FROM steps WHERE stage = 'speak'")
    with open_runner(farm, "w", [], Bell("redis://127.0.0.1:9/0")) as runner:
        assert runner.run(int(str(step)))
    assert ask(farm, "SELECT kind FROM makings") == [("speech",)]
    assert ask(farm, _LATENTS) == [made]


def test_a_model_that_fails_costs_no_profile(farm: Farm, converter: str, tmp_path: Path) -> None:
    """What is wrong with it is told; the profile is there, and a later film tries again."""
    for file in (farm.models.root / "files" / converter).iterdir():
        file.parent.chmod(0o755)
        file.chmod(0o644)
        file.write_bytes(b"\0" * file.stat().st_size)
    anna = _added(farm, tmp_path, "Anna")
    (failed,) = make_latents(farm, anna, told=lambda _: None)
    assert failed.problem is not None
    assert failed.problem.code == "model-damaged"
    assert profiles.find(farm.ledger, ProfileKind.VOICE, "Anna") == anna
    assert not list((farm.store.root / Kind.LATENTS).rglob("*.safetensors"))


def test_a_model_that_clones_voices_hears_a_sample_as_well(
    farm: Farm, converter: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where it is the one that a film would take; what each makes is kept by its own name."""
    folder = coqui_folder(tmp_path_factory, make_your_tts)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    cloning = put_folder(
        farm.models.root, "mine", files, kind=ModelKind.COQUI, traits=coqui_traits(folder)
    ).digest
    anna = _added(farm, tmp_path, "Anna")
    heard = make_latents(farm, anna, told=lambda _: None)
    assert [(each.model.digest, each.problem) for each in heard] == [(cloning, None), (converter, None)]
    kept = ask(farm, "SELECT model FROM profile_files WHERE profile_id = :anna", anna=anna.id)
    assert {model for (model,) in kept} == {cloning, converter}
    assert len(ask(farm, _LATENTS)) == 2


def test_without_a_model_there_is_nothing_to_hear(farm: Farm, tmp_path: Path) -> None:
    """Nor with several of which nobody said which is meant."""
    anna = _added(farm, tmp_path, "Anna")
    assert make_latents(farm, anna, told=lambda _: None) == ()
    for name in ("one", "two"):
        put_folder(farm.models.root, name, {"note.txt": name.encode()}, kind=ModelKind.CONVERTER)
    assert make_latents(farm, anna, told=lambda _: None) == ()
