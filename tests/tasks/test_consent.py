"""People in a working farm, with real steps, store and archive: consent is given, ends, is forgotten."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import consents, reads, workers
from db.ledger import Ledger
from db.states import HoldReason, JobState
from farm import forget as forgetting
from farm import show
from farm.bootstrap import Farm, open_farm
from farm.profiles import adding
from farm.profiles.adding import Given
from farm.profiles.finding import named
from pipeline.engines.shelf import eyes
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.people import ProfileKind
from pipeline.store import Store
from tasks.app import make_app
from tasks.bell import Bell
from tasks.dispatcher import Dispatcher, Pace
from tasks.step import open_runner
from tests.db.acting import ready, speak, take
from tests.db.fuse import Fuse
from tests.db.persons import YEAR_MS, draft_with, order, pass_time, profile
from tests.db.values import PROFILE
from tests.farm.people import LATER, document, portrait
from tests.tasks.yard import Row, all_archived, ask, break_ground, quick_settings, sow, story

# Nobody listens there: a silent bell costs nothing but time.
_NOWHERE = "redis://127.0.0.1:9/0"


def _work(farm: Farm) -> None:
    """Do everything that may be done."""
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND closed = 0 ORDER BY id"):
            assert all(runner.run(int(str(step))) for (step,) in steps), story(farm)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a farm with a film of Anna in its archive, to be copied."""
    if (reason := eyes().why_not("facemesh")) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    folder = tmp_path_factory.mktemp("anna")
    settings = quick_settings(folder / "home", LEASE__EXPIRY_S="60")
    break_ground(settings)
    with open_farm(settings) as farm:
        batch = sow(farm, [Row(row="a", script="Hi.")], of=portrait(farm, folder))
        _work(farm)
        assert all_archived(farm, batch), story(farm)
    return settings.home


@pytest.fixture
def made(home: Path, tmp_path: Path) -> Iterator[Farm]:
    """A farm with a film of Anna in its archive."""
    shutil.copytree(home, tmp_path / "home")
    with open_farm(quick_settings(tmp_path / "home", LEASE__EXPIRY_S="60")) as farm:
        yield farm


def _files(farm: Farm, kind: Kind) -> list[Path]:
    return [path for path in (farm.store.root / kind).rglob("*") if path.is_file()]


def _inputs(farm: Farm) -> list[str]:
    return sorted(path.name.partition(".")[2] for path in farm.archive.glob("*/source/*"))


def test_a_film_tells_of_its_people_and_outlives_them(made: Farm) -> None:
    """Its manifest names person and consent; forgotten, the person's files go, and the film stays."""
    detail = show.job(made, 1)
    (person,) = detail.people
    assert (person.kind, person.name, person.person, person.standing) == (
        "portrait",
        "Anna",
        "Anna Lee",
        "valid",
    )
    told = json.loads(Path(detail.archived["manifest"]).read_text("utf-8"))["people"]
    ((consent,),) = ([each.pop("consent")] for each in told)
    assert told == [{"kind": "portrait", "name": "Anna", "owner": "Bert", "person": "Anna Lee"}]
    assert (made.store.root / "source" / consent["digest"][:2]).is_dir()
    assert _inputs(made) == ["portrait.png", "script.txt"]

    done = forgetting.forget(made, "anna lee", by="op")
    (film,) = done.told.made
    assert (film.title, (made.archive / film.path).is_file()) == ("a", True)
    assert _files(made, Kind.CLIP) == []
    assert [path.suffix for path in _files(made, Kind.SOURCE)] == [".txt"], "the script stays"
    assert _files(made, Kind.SPEECH) != [], "what a voice without a person said stays"
    assert _inputs(made) == ["script.txt"]
    assert [each.standing for each in show.job(made, 1).people] == ["forgotten"]
    with pytest.raises(InputError) as refused:
        forgetting.forget(made, "Anna Lee", by="op")
    assert refused.value.code == "person-unknown"


def test_a_person_is_forgotten_by_what_was_rendered_in_this_home_as_well(made: Farm) -> None:
    """Nobody knows whose face is in there. A film that lies elsewhere by now is told of."""
    cache = made.settings.home / "cache"

    def write(path: Path) -> None:
        path.write_bytes(b"Anna")

    Store(cache).put(Kind.CLIP, "ab" * 32, ".mp4", write)
    (cache / "index.jsonl").write_text("{}\n")
    (cache / ".parts" / "x.part").write_bytes(b"Anna")
    (film,) = made.archive.glob("*/*.mp4")
    film.rename(made.settings.home / "elsewhere.mp4")
    done = forgetting.forget(made, "Anna Lee", by="op")
    assert [each.job for each in done.astray] == [1]
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_forgetting_that_is_killed_anywhere_is_gone_on_with(made: Farm) -> None:
    """After each transaction and each file, the same command ends where it would have ended at once."""
    sow(made, [Row(row="b", script="Ho.")], of=named(made, ProfileKind.PORTRAIT, "Anna"))
    fuse = Fuse()
    fragile = replace(
        made,
        store=Store(made.store.root, crash=fuse),
        ledger=Ledger(made.ledger.engine, crash=fuse),
    )
    killed = 0
    while True:
        before = len(fuse.passed)
        with fuse.lit(killed):
            forgetting.forget(fragile, "Anna Lee", by="op")
            break
        assert len(fuse.passed) == before + killed + 1
        assert show.job(made, 2).job.state in {"queued", "canceled"}
        if "finish-forgetting-after-commit" in fuse.passed:
            break
        killed += 1
    assert killed > 3, fuse.passed
    assert _files(made, Kind.CLIP) == []
    assert _inputs(made) == ["script.txt"]
    assert not ask(made, "SELECT id FROM profiles UNION SELECT profile_id FROM job_profiles")
    assert len(ask(made, "SELECT id FROM audit WHERE verb = 'forgotten'")) == 1
    assert reads.read_job(made.ledger, 2).line.state is JobState.CANCELED


def test_an_archive_that_is_away_keeps_a_person_until_it_is_back(made: Farm) -> None:
    """What lies there cannot be removed now: nothing more is made, and the next call finishes."""
    away = made.archive.rename(made.archive.with_name("unmounted"))
    with pytest.raises(AwayError):
        forgetting.forget(made, "Anna Lee", by="op")
    assert _files(made, Kind.CLIP) == []
    assert [each.standing for each in show.job(made, 1).people] == ["forgotten"]
    assert ask(made, "SELECT withdrawn_at FROM profiles") != [(None,)]
    away.rename(made.archive)
    done = forgetting.forget(made, "Anna Lee", by="op")
    assert (len(done.told.made), done.beside, done.astray) == (1, 1, ())
    assert _inputs(made) == ["script.txt"]


@pytest.fixture
def dispatcher(farm: Farm, redis_url: str) -> Iterator[Dispatcher]:
    """A dispatcher that leads, with a worker who can do everything."""
    workers.register(
        farm.ledger,
        "w",
        host="here",
        device="cpu",
        capabilities=("join", "archive", "render.warp", "speak"),
        profiles=[PROFILE],
    )
    bell = Bell(redis_url)
    app = make_app(redis_url, time_limit_s=60, steps_per_child=10, waits=False)
    pace = Pace(interval_s=0.0, expiry_s=60.0, surplus=2, poison_deaths=3)
    yield Dispatcher(farm.ledger, app, bell, [], name="d", pace=pace)
    bell.close()


def _sent(farm: Farm) -> list[tuple[object, ...]]:
    return ask(farm, "SELECT job_id, stage FROM steps WHERE published_at > 0 ORDER BY id")


def test_nothing_is_dispatched_after_a_consent_has_expired(farm: Farm, dispatcher: Dispatcher) -> None:
    """By the ledger's clock, at the very next look; what had begun is finished, others go on."""
    anna = profile(farm.ledger)
    order(farm.ledger, draft_with("one", anna), draft_with("two", anna), draft_with("free"))
    running = take(farm.ledger, "speak")
    pass_time(farm.ledger, YEAR_MS)
    dispatcher.turn()
    assert _sent(farm) == [(3, "speak")]
    speak(farm.ledger, running)
    dispatcher.turn()
    assert _sent(farm) == [(3, "speak")]
    assert reads.read_job(farm.ledger, 1).line.held == (HoldReason.CONSENT,)


def test_a_consent_withdrawn_in_the_midst_of_a_batch_stops_it_until_it_is_renewed(
    farm: Farm, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    """Messages that were sent already lead nowhere."""
    given = Given(
        name="Anna",
        owner="Bert",
        person="Anna Lee",
        department="default",
        consent=document(tmp_path),
        expires=LATER,
    )
    image = Path(__file__).parents[2] / "demo/portraits/leo.png"
    anna = adding.add_portrait(farm, given, image, by="bert").profile
    order(farm.ledger, *(draft_with(f"row{number}", anna) for number in range(3)))
    dispatcher.turn()
    assert len(_sent(farm)) == 3
    consents.withdraw(farm.ledger, anna, by="anna")
    dispatcher.turn()
    assert _sent(farm) == []
    assert ready(farm.ledger) == set()
    adding.renew(farm, anna, document(tmp_path, "Again"), owner="", expires=LATER, by="bert")
    dispatcher.turn()
    assert len(_sent(farm)) == 3
    assert anna.kind is ProfileKind.PORTRAIT
