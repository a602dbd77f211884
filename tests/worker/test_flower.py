"""Promises about Flower: where it listens, how a job's tasks are found, and how a silent end is settled."""

from __future__ import annotations

import socket
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from flower import events
from flower.utils.search import TaskSearchEngine

from db.states import Outcome, Stage, StepState
from db.views import AttemptView, JobView, Problem
from farm.bootstrap import environment_of
from farm.configuration import told_settings
from pipeline.plan.errors import AwayError, InputError
from tests.tasks.yard import quick_settings
from worker import flower
from worker.flower_pages import address, known_address, tasks_of
from worker.flower_settling import Seen, end_of, hear, seen_in


@pytest.mark.parametrize(
    ("host", "proxied", "refused"),
    [
        ("127.0.0.1", "false", False),
        ("::1", "false", False),
        ("0.0.0.0", "false", True),  # noqa: S104 - which is the point
        ("192.168.1.4", "false", True),
        ("0.0.0.0", "true", False),  # noqa: S104 - as above
    ],
)
def test_beyond_this_machine_it_listens_behind_a_proxy_alone(
    tmp_path: Path, host: str, proxied: str, *, refused: bool
) -> None:
    """Its password never goes over a network as it is, unless the operator vouches for a proxy."""
    settings = quick_settings(tmp_path, FLOWER__HOST=host, FLOWER__BEHIND_PROXY=proxied)
    if not refused:
        flower.check(settings)
        return
    with pytest.raises(InputError) as told:
        flower.serve(settings, beginning=lambda _url: pytest.fail("it began"))
    assert told.value.code == "farm-flower-open"


def test_its_password_may_stand_in_a_file_and_else_is_made_by_chance(tmp_path: Path) -> None:
    """A secret that was mounted is asked for; it is shown nowhere, only where it is set."""
    (tmp_path / "secret").write_text("mounted-1\n")
    told = quick_settings(tmp_path / "one", FLOWER__PASSWORD_FILE=str(tmp_path / "secret"))
    assert flower.password(told) == "mounted-1"
    assert flower.password_place(told) == "[flower] password"
    assert "mounted-1" not in str(told_settings({**environment_of(told)}))
    made = quick_settings(tmp_path / "two")
    assert Path(flower.password_place(made)).name == "flower.password"
    assert flower.password(made) == Path(flower.password_place(made)).read_text().strip() != ""


def test_it_begins_without_a_ledger_but_not_where_that_lets_nobody_in(tmp_path: Path) -> None:
    """One that is away is waited for; a server without the TLS that was asked for is somebody's to cure."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"postgresql://nobody:secret@127.0.0.1:{server.getsockname()[1]}/none?sslmode=require"

        def refuse() -> None:
            accepted, _ = server.accept()
            with accepted:
                accepted.recv(8)
                accepted.sendall(b"N")

        answering = Thread(target=refuse)
        answering.start()
        settings = quick_settings(tmp_path, LEDGER__URL=place, REDIS__URL="redis://127.0.0.1:1/0")
        with pytest.raises(AwayError, match="ledger-untrusted"):
            flower.serve(settings, beginning=lambda _url: pytest.fail("it began"))
        answering.join()
    flower._check_ledger(settings)


def test_its_address_is_what_the_operator_says_and_else_this_machine(tmp_path: Path) -> None:
    """A proxy's path is part of it; nobody is sent to a Flower that is not known to be there."""
    own = quick_settings(tmp_path, FLOWER__URL_PREFIX="/flower/")
    assert address(own, 5555) == "http://127.0.0.1:5555/flower"
    assert known_address(own) == ""
    told = quick_settings(tmp_path, FLOWER__URL="https://farm.example/flower/")
    assert address(told, 5555) == known_address(told) == "https://farm.example/flower"


class Task:
    """What Flower's search reads of a task."""

    def __init__(self, name: str, job: int) -> None:
        self.uuid, self.name, self.state = name, name, "SUCCESS"
        self.kwargs = repr({"job": job, "department": "sales", "trace_id": "1" * 32})


@pytest.mark.parametrize("job", [4, 42])
def test_a_jobs_link_finds_all_of_its_tasks_and_no_others(job: int) -> None:
    """By Flower's own search, in which the page of tasks asks for a name that its address holds."""
    tasks = [
        Task(f"{stage} J{each}{part}", each)
        for each in (4, 14, 42, 142, 420)
        for stage, part in (("speak", ""), ("render", " chunk 1/1"), ("archive", ""))
    ]
    engine = TaskSearchEngine()
    engine.rebuild([(task.uuid, task) for task in tasks])
    (name,) = parse_qs(urlsplit(tasks_of("http://127.0.0.1:5555", job)).query)["name"]
    found = engine.matching_ids(f"name:{name}", {task.uuid for task in tasks})
    assert found == {task.uuid for task in tasks if task.name.split()[1] == f"J{job}"}


def view_of(*attempts: tuple[str, Outcome | None], state: StepState = StepState.READY) -> JobView:
    """A job whose second chunk was attempted so."""
    tried = [
        AttemptView(
            number=number,
            worker=worker,
            device="cpu",
            started_at=1,
            ended_at=None if outcome is None else 2,
            outcome=outcome,
            machine_ms=0,
            problem=Problem(code="farm-drained", facts={"step": 7})
            if outcome is Outcome.INTERRUPTED
            else None,
            log_tail="",
            span="",
            last_key="",
        )
        for number, (worker, outcome) in enumerate(attempts, 1)
    ]
    step = SimpleNamespace(stage=Stage.RENDER, index=1, state=state, attempts=tuple(tried))
    return cast("JobView", SimpleNamespace(steps=(step,)))


@pytest.mark.parametrize(
    ("attempts", "state", "kind", "told"),
    [
        ([], StepState.READY, "task-succeeded", "nothing to do"),
        ([("w", Outcome.OK)], StepState.DONE, "task-succeeded", "done"),
        ([("other", Outcome.OK)], StepState.DONE, "task-succeeded", "nothing to do"),
        ([("w", Outcome.LOST), ("other", None)], StepState.RUNNING, "task-retried", "lost"),
        ([("w", Outcome.LOST)], StepState.DEAD, "task-failed", "lost"),
        ([("w", Outcome.LOST), ("other", Outcome.LOST)], StepState.DEAD, "task-retried", "lost"),
        ([("w", Outcome.INTERRUPTED)], StepState.READY, "task-retried", "interrupted: farm-drained: "),
        ([("w", Outcome.SUPERSEDED)], StepState.CANCELED, "task-succeeded", "taken away"),
        ([("w", None)], StepState.RUNNING, None, ""),
    ],
)
def test_what_was_never_told_is_settled_as_the_ledger_has_it(
    attempts: list[tuple[str, Outcome | None]], state: StepState, kind: str | None, told: str
) -> None:
    """By what the worker of the message did at that very chunk, last."""
    seen = seen_in("id", "w", "render J42 chunk 2/4", "{'job': 42, 'department': 'x', 'trace_id': 'y'}")
    assert seen == Seen(task="id", worker="w", job=42, stage="render", chunk=1)
    end = end_of(seen, view_of(*attempts, state=state))
    assert (end.kind if end else None) == kind
    assert (end.told if end else "").startswith(told)


def test_a_task_of_another_program_is_left_alone() -> None:
    """What does not tell its job as ours do is settled by nobody."""
    assert seen_in("id", "w", "celery.ping", "{}") is None
    assert seen_in("id", "w", "None", "None") is None


@pytest.mark.parametrize(
    ("told", "state", "shown"),
    [
        (["received", "started", "nothing to do"], "SUCCESS", "nothing to do"),
        (["received", "started", "received", "started", "nothing to do"], "RETRY", "lost"),
        (["received", "received", "started", "nothing to do"], "SUCCESS", "nothing to do"),
        (["received", "started", "received", "started", "done"], "SUCCESS", "done"),
        (["received", "started", "received", "started", "nothing to do", "done"], "SUCCESS", "done"),
    ],
)
def test_a_message_whose_process_died_is_a_retry_though_it_comes_again_for_nothing(
    monkeypatch: pytest.MonkeyPatch, told: list[str], state: str, shown: str
) -> None:
    """The ledger may have the step done by then; that the first try was lost is not wiped out by that."""
    monkeypatch.setattr(events, "PROMETHEUS_METRICS", SimpleNamespace(observe_task=lambda *_: None))
    seen = events.EventsState(max_tasks_in_memory=10)
    for time, each in enumerate(told, 1):
        kind, what = (each, {}) if each in {"received", "started"} else ("succeeded", {"result": repr(each)})
        event = {"type": f"task-{kind}", "uuid": "a", "hostname": "w", "pid": 1, "clock": time, **what}
        hear(seen, {**event, "timestamp": float(time), "local_received": float(time)})
    task = seen.tasks["a"]
    assert task.state == state
    assert str(task.exception if state == "RETRY" else task.result).strip("'") == shown
