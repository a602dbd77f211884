"""`lectern audit`: who did what, and when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal
from farm import auditing
from farm.bootstrap import open_farm
from farm.views.letters import ActView
from pipeline.plan.moments import iso

Job = Annotated[int | None, typer.Option("--job", "-j", metavar="JOB", help="Only acts on this job.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", metavar="BATCH", help="Only acts on this batch.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many lines.")]

#: So many jobs of an act are told by their numbers, and so much of what is told besides.
_TOLD = 6
_DETAIL = 120
#: A time as the ledger tells it.
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
#: What became of the stop of a department or a pool that stood there before.
_STOPPING = {"hold": "replaced", "pause": "replaced", "release": "lifted", "resume": "lifted"}
_MS, _HOUR_MS, _UNSET = "_ms", 3_600_000, "–"


def audit(context: typer.Context, *, job: Job = None, batch: Batch = None, most: Most = 1000) -> Exit:
    """Show who did what to which jobs, batches and workers, the latest first."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = auditing.acts(farm, job=job, batch=batch, most=most)
    document = {"kind": "audit", "acts": [asdict(each) for each in found]}
    rows = [
        (
            terminal.moment(each.at),
            each.by,
            terminal.words.deed(each.verb),
            _object(terminal, each),
            _detail(terminal, each),
        )
        for each in found
    ]
    heads = ("audit-at", "audit-by", "audit-verb", "audit-to", "audit-detail")
    terminal.answer(document, [terminal.table(*heads, rows=rows) if rows else terminal.words("audit-none")])
    return Exit.OK


def _object(terminal: Terminal, act: ActView) -> str:
    """What an act was done to."""
    words = terminal.words
    if len(act.jobs) > 1:
        told = ", ".join(map(str, act.jobs[:_TOLD])) + (" …" if len(act.jobs) > _TOLD else "")
        return words("audit-jobs", number=len(act.jobs), jobs=told)
    if act.jobs:
        return words("audit-job", job=act.jobs[0])
    if act.batches:
        return words("audit-batch", batch=act.batches[0])
    return words(f"audit-{act.scope}", name=clean(act.name)) if act.scope else ""


def _detail(terminal: Terminal, act: ActView) -> str:
    """What is told besides, the options of a requeue one by one; as much of it as fits."""
    told = act.detail
    # Some begin with the name of what was changed.
    name, brace, rest = told.partition("{")
    with suppress(ValueError):
        given = json.loads(f"{brace}{rest}")
        if isinstance(given, dict):
            told = name + ", ".join(_changes(terminal, act, given))
    return told if len(told) <= _DETAIL else f"{told[:_DETAIL]} …"


def _changes(terminal: Terminal, act: ActView, given: Mapping[str, object]) -> Iterator[str]:
    """What was changed, one by one: what it was before and is after; what is not set is left out."""
    before, after = given.get("before"), given.get("after")
    if not isinstance(before, dict) and not isinstance(after, dict):
        if before and after:
            # Of a window the name is what was changed, and its times are all that there is to change.
            yield f"{given.get('window', '')}: {before} → {after}".removeprefix(": ")
        else:
            yield from _plain(terminal, act, given)
        return
    was, new = before if isinstance(before, dict) else {}, after if isinstance(after, dict) else {}
    for name in {**was, **new}:
        then, now = (_value(terminal, name, each.get(name)) for each in (was, new))
        called = f"{name.removesuffix(_MS)}_hours" if name.endswith(_MS) else name
        if was and new:
            yield f"{called}={then} → {now}"
        elif (then, now) != (_UNSET, _UNSET):
            yield f"{called}={now if new else then}"


def _plain(terminal: Terminal, act: ActView, given: Mapping[str, object]) -> Iterator[str]:
    """What is told besides, one by one; of a stop whose it is stands beside, and what stood there is told."""
    stop = act.verb in _STOPPING and bool(act.scope)
    for name, value in given.items():
        told = _value(terminal, name, value)
        if stop and name == "before":
            yield terminal.words(f"audit-{_STOPPING[act.verb]}", before=told)
        elif not stop or name != act.scope:
            yield f"{name}={told}"


def _value(terminal: Terminal, name: str, value: object) -> str:
    """A value for a person: times by the farm's clock, spans in hours."""
    if isinstance(value, int) and name == "until":
        return terminal.moment(iso(value))
    if isinstance(value, int) and name.endswith(_MS):
        return f"{value / _HOUR_MS:g}"
    return (
        _UNSET if value is None or value == "" else _MOMENT.sub(lambda at: terminal.moment(at[0]), str(value))
    )
