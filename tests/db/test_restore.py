"""The drill: a farm loses its ledger in mid-work, and goes on from a backup, or from its archive."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from db import claims, leases
from db.engine import connect
from farm import show
from farm.backup import back_up
from farm.bootstrap import Farm, Settings, open_farm
from farm.restore import rebuild, restore
from pipeline.engines.shelf import eyes
from pipeline.steps.archive import init_archive
from tasks.bell import Bell
from tasks.step import open_runner
from tests.tasks.yard import Row, ask, one, quick_settings, sow, story

# Nobody listens there: a silent bell costs nothing but time.
_NOWHERE = "redis://127.0.0.1:9/0"
_READY = (
    "SELECT id FROM steps WHERE state = 'ready' AND closed = 0 AND stage IN ('speak', 'render') ORDER BY id"
)
_ALL = "SELECT id FROM steps WHERE state = 'ready' AND closed = 0 ORDER BY id"
_MADE = "SELECT count(*) FROM makings WHERE kind = 'clip'"


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    """Those of a farm on each database in turn, with an archive."""
    if (reason := eyes().why_not("facemesh")) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    made = quick_settings(tmp_path / "home", LEDGER__URL=url, LEASE__EXPIRY_S="60")
    made.home.mkdir(parents=True)
    init_archive(made.archive_root)
    return made


def work(settings: Settings, question: str = _ALL) -> None:
    """Have a worker do whatever is ready, and what becomes so."""
    farm = open_farm(settings)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := ask(farm, question):
            for (step,) in steps:
                runner.run(int(str(step)))
                assert not ask(farm, "SELECT id FROM steps WHERE state = 'dead'"), story(farm)


def films(settings: Settings) -> list[str]:
    """The films in the archive."""
    return sorted(path.name for path in settings.archive_root.glob("*/*.mp4"))


def rows(farm: Farm) -> dict[str, tuple[object, ...]]:
    """Where every job stands."""
    return {
        str(row): tuple(told)
        for row, *told in ask(farm, "SELECT row_name, state, archive FROM jobs ORDER BY id")
    }


def destroy(settings: Settings) -> None:
    """Lose the ledger."""
    engine = connect(settings.ledger_url)
    if engine.dialect.name == "sqlite":
        for path in Path(str(engine.url.database)).parent.glob(f"{Path(str(engine.url.database)).name}*"):
            path.unlink()
    else:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


DONE = ("completed", "archived")


def test_after_a_restore_every_film_completes_and_none_is_made_twice(
    settings: Settings, tmp_path: Path
) -> None:
    """A backup in mid-work, more films, the ledger gone: what is finished is found, the rest is made.

    And with ledger and store gone, the archive alone tells of the films, of which none is made again.
    """
    with open_farm(settings) as farm:
        rows_ = [Row(row="after", script="Two. Three."), Row(row="half", script=_HALF)]
        sow(farm, [*rows_, Row(row="made", script="Two. Three.")])
        (first, *_) = (int(str(step)) for (step,) in ask(farm, _READY))
        assert claims.claim(farm.ledger, first, worker="gone", capabilities=["speak"], profiles=[])
        taken = back_up(farm, tmp_path / "backup")
        with farm.ledger.write("test") as connection:
            connection.execute(
                text("UPDATE steps SET state = 'ready', worker = NULL WHERE id = :id"), {"id": first}
            )
            connection.execute(
                text("UPDATE attempts SET outcome = 'lost', ended_at = 1 WHERE outcome IS NULL")
            )
    assert stat.S_IMODE(taken.folder.stat().st_mode) == 0o700
    _finish_all_but_half(settings)
    before, joined = films(settings), _joined(settings)
    assert (len(before), len(joined)) == (2, 3)
    with open_farm(settings) as farm:
        (clip, *others) = _clips_of(farm, "half")
        assert others
        clip.unlink()
        made = one(farm, _MADE)
        sow(farm, [Row(row="ordered", script="Eight.")])
    destroy(settings)

    done = restore(settings, taken.folder, by="test")
    assert (done.found.again, done.found.archived, done.found.entered) == (1, 1, 1)
    assert done.found.adopted > 0
    # Of orders since, what was given for them is known, and what was finished of those that the backup knows.
    assert (done.found.inputs, done.found.finished) == (2, 1)
    with open_farm(settings) as farm:
        told = rows(farm)
        assert told["after"] == told["later"] == DONE
        assert leases.take_lead(farm.ledger, "dispatcher", leases.read_leadership(farm.ledger))
        assert {told["half"], told["made"]} <= {("active", "none"), ("queued", "none")}
        earlier = one(farm, _MADE)
        # What was submitted after the backup is submitted once more: it comes to the film that there is.
        sow(farm, [Row(row="later", script="Seven.")])
        assert films(settings) == before
    work(settings)
    with open_farm(settings) as farm:
        assert set(rows(farm).values()) == {DONE}, story(farm)
        assert one(farm, _MADE) == int(str(earlier)) + 1, (
            "of what was finished, only the lost clip is rendered"
        )
        assert len(films(settings)) == 4
        assert set(before) < set(films(settings))
        assert joined.items() <= _joined(settings).items(), "a film that lay in the store was joined anew"
        assert len(_joined(settings)) == 4
        assert one(farm, "SELECT count(*) FROM audit WHERE verb = 'restored'") == 1
    assert made

    _rebuilt(settings)


_HALF = "Four. Five. Six."


def _joined(settings: Settings) -> dict[Path, int]:
    """The films in the store."""
    return {path: path.stat().st_mtime_ns for path in settings.store_root.glob("film/*/*.mp4")}


def _files(settings: Settings) -> dict[Path, int]:
    """Everything that lies in the archive's folders of days."""
    return {path: path.stat().st_mtime_ns for path in settings.archive_root.glob("[0-9]*/**/*")}


def _finish_all_but_half(settings: Settings) -> None:
    """What happens after the backup: one film is archived, one submitted and archived, others got less far.

    One is finished and not archived, of one all clips are rendered.
    """
    work(settings, _READY)
    with open_farm(settings) as farm:
        half = one(farm, "SELECT id FROM jobs WHERE row_name = 'half'")
        made = one(farm, "SELECT id FROM jobs WHERE row_name = 'made'")
        sow(farm, [Row(row="later", script="Seven.")])
    left = f"job_id <> {half} AND NOT (job_id = {made} AND stage = 'archive')"
    work(settings, _ALL.replace("WHERE", f"WHERE {left} AND"))


def _clips_of(farm: Farm, row: str) -> list[Path]:
    told = ask(
        farm,
        "SELECT DISTINCT a.key, a.digest, a.suffix FROM artifacts a JOIN uses u ON u.artifact_id = a.id"
        " JOIN jobs j ON j.id = u.job_id WHERE a.kind = 'clip' AND j.row_name = :row ORDER BY a.key",
        row=row,
    )
    return [
        farm.store.root / f"clip/{str(key)[:2]}/{key}.{str(digest)[:16]}{suffix}"
        for key, digest, suffix in told
    ]


def _rebuilt(settings: Settings) -> None:
    """The archive alone tells of its films, and rows that are submitted again come to them."""
    destroy(settings)
    shutil.rmtree(settings.store_root)
    published = _files(settings)
    assert rebuild(settings, by="test").films == 4
    with open_farm(settings) as farm:
        assert rows(farm) == dict.fromkeys(("after", "half", "later", "made"), DONE)
        number = int(str(one(farm, "SELECT id FROM jobs WHERE row_name = 'half'")))
        shown = show.job(farm, number)
        assert (shown.job.title, shown.job.state) == ("half", "completed")
        assert (settings.archive_root / shown.archived["film"]).is_file()
        again = sow(farm, [Row(row="half", script=_HALF), Row(row="new", script="Nine.")])
        held = ask(farm, "SELECT row_name FROM jobs WHERE batch_id = :b ORDER BY position", b=again)
        assert held == [("half",), ("new",)]
        assert rows(farm)["half"] == DONE
        assert rows(farm)["new"] == ("queued", "none")
        assert one(farm, "SELECT count(*) FROM jobs") == 5
    assert _files(settings) == published
