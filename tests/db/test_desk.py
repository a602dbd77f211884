"""A step's desk finds what is accepted, and keys change hands without a gap."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from db import leases, rows, workers
from db.engine import connect
from db.ledger import Ledger
from db.tables import artifacts, key_leases, makings, uses
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import SupersededError
from tests.db.acting import desk_of, take, until
from tests.db.values import CAPABILITIES, OTHER, PROFILE, WORKER, artifact, submit

_CLIPS = [artifact(Kind.CLIP, f"clip {number}") for number in range(4)]


def holders(ledger: Ledger) -> dict[str, int]:
    """Who is making what: step by key."""
    with ledger.read() as connection:
        asked = select(key_leases.c.key, key_leases.c.step_id)
        return {row.key: row.step_id for row in connection.execute(asked)}


def test_many_are_found_with_one_question(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many keys those that are accepted of the kind asked for are found, however many one question has."""
    submit(ledger, ["row"])
    desk = desk_of(ledger, until(ledger, "render.warp"))
    for clip in _CLIPS[:3]:
        desk.put(clip, 1)
    other = artifact(Kind.SPEECH, "clip 3")
    desk.put(other, 1)
    desk.forget(_CLIPS[1])
    wanted = [clip.key for clip in _CLIPS]
    found = {clip.key: clip for clip in (_CLIPS[0], _CLIPS[2])}
    assert desk.find_all(Kind.CLIP, [*wanted, *wanted]) == found
    monkeypatch.setattr(rows, "MANY", 3)
    assert desk.find_all(Kind.CLIP, wanted) == found
    assert desk.find_all(Kind.CLIP, []) == {}
    assert set(desk.used.values()) == {_CLIPS[0], _CLIPS[2], other}


def test_who_is_superseded_finds_nothing(ledger: Ledger) -> None:
    """A desk whose claim was lost is refused, also when nothing of what it asks for is there."""
    submit(ledger, ["row"])
    claim = take(ledger, "speak")
    desk = desk_of(ledger, claim)
    assert desk.find_all(Kind.SPEECH, ["a", "b"]) == {}
    leases.expire(ledger, leases.read_leases(ledger)[0], poison_deaths=3)
    with pytest.raises(SupersededError):
        desk.find_all(Kind.SPEECH, ["a", "b"])
    assert not desk.used


def test_a_put_takes_the_next_key_along(ledger: Ledger) -> None:
    """The next key is the putter's from the same move on, unless another makes it or has made it."""
    submit(ledger, ["a", "b"])
    first, second = take(ledger, "speak"), take(ledger, "speak", worker=OTHER)
    mine, other = desk_of(ledger, first), desk_of(ledger, second)
    one, two, three, four = (artifact(Kind.SPEECH, f"word {number}") for number in range(4))
    assert mine.take(one.kind, one.key)
    for _reply_lost in range(2):
        assert mine.put(one, 5, then=two.key)
        assert holders(ledger) == {two.key: first.step}
    assert other.take(three.kind, three.key)
    assert not mine.put(two, 5, then=three.key), "another is making it"
    assert holders(ledger) == {three.key: second.step}
    other.put(three, 5)
    assert mine.take(four.kind, four.key)
    assert not mine.put(four, 5, then=three.key), "another has made it"
    assert holders(ledger) == {}
    assert not mine.put(four, 5)


def test_a_put_inherits_the_next_key_of_the_dead(ledger: Ledger) -> None:
    """A key that a lost worker was making is taken along as well."""
    submit(ledger, ["a", "b"])
    first, second = take(ledger, "speak"), take(ledger, "speak", worker=OTHER)
    one, two = (artifact(Kind.SPEECH, f"word {number}") for number in range(2))
    assert desk_of(ledger, second).take(two.kind, two.key)
    with ledger.write("test") as connection:
        # As if its end had not given up its keys.
        connection.execute(key_leases.update().values(fence=second.fence - 1))
    assert desk_of(ledger, first).put(one, 5, then=two.key)
    assert holders(ledger) == {two.key: first.step}


def test_a_late_put_writes_nothing(ledger: Ledger) -> None:
    """Nothing is accepted, billed, used or taken under an old fence."""
    submit(ledger, ["row"])
    claim = until(ledger, "render.warp")
    desk = desk_of(ledger, claim)
    leases.expire(ledger, leases.read_leases(ledger)[0], poison_deaths=3)
    with pytest.raises(SupersededError):
        desk.put(_CLIPS[0], 5, then=_CLIPS[1].key)
    with ledger.read() as connection:
        clips = select(artifacts.c.id).where(artifacts.c.kind == Kind.CLIP.value)
        resting = select(uses).where(uses.c.step_id == claim.step)
        for nothing in (clips, resting, select(makings), select(key_leases)):
            assert connection.execute(nothing).first() is None
    assert not desk.used


@pytest.mark.parametrize("together", [False, True])
def test_a_key_is_never_left_to_who_has_lost_its_claim(
    url: str,
    together: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """A key that is asked for while the step is being taken away stays free: nobody would give it up."""
    points: dict[str, Callable[[], None]] = {}
    ledger = Ledger(connect(url), crash=lambda point: points.pop(point, lambda: None)())
    submit(ledger, ["row"])
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    desk = desk_of(ledger, until(ledger, "render.warp"))
    if together:
        assert desk.take(Kind.CLIP, _CLIPS[0].key)
    refused: list[SupersededError] = []

    def ask() -> None:
        try:
            if together:
                desk.put(_CLIPS[0], 5, then=_CLIPS[1].key)
            else:
                desk.take(Kind.CLIP, _CLIPS[1].key)
        except SupersededError as error:
            refused.append(error)

    asking = threading.Thread(target=ask)

    def ask_meanwhile() -> None:
        asking.start()
        # It has to wait for the transaction that this thread is in.
        time.sleep(0.2)
        assert asking.is_alive()

    points["expire-before-commit"] = ask_meanwhile
    lease = leases.read_leases(ledger)[0]
    assert leases.expire(ledger, lease, poison_deaths=3).taken
    asking.join()
    assert refused
    assert holders(ledger) == {}
    ledger.close()
