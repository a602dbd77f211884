"""`lectern nightly`: submits what lies in the nightly folder, and watches until the night is over."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Generator, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

import typer
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal, sentence
from farm.bootstrap import open_farm, sending_spans
from farm.morningtext import text_of
from farm.nightly import Night, Wishes
from farm.scaling import pools_to_scale
from farm.views.morning import MorningView
from farm.views.night import NightView
from pipeline.plan.errors import Fact, InputError

NoWait = Annotated[bool, typer.Option("--no-wait", help="Submit what lies there, and do not wait.")]
Scale = Annotated[
    list[str] | None,
    typer.Option(
        "--scale",
        metavar="POOL",
        help="A pool that works at night alone: unlocked at the beginning, locked at the end; repeatable.",
    ),
]
FailOnDead = Annotated[
    bool,
    typer.Option(
        "--fail-on-dead",
        help="End with exit code 3 if films failed for good meanwhile, else with 5 if batches were refused.",
    ),
]

_ERROR = "error"


def nightly(
    context: typer.Context,
    *,
    no_wait: NoWait = False,
    scale: Scale = None,
    fail_on_dead: FailOnDead = False,
) -> Exit:
    """Submit every batch that lies in the nightly folder, and wait until the night is over.

    It is over when its window shuts or nothing is left to do. Films that failed and batches that were refused
    are a part of a night: exit code 0 says that it ran. Ending this command stops no film.
    """
    terminal = terminal_of(context)
    pools = pools_to_scale(scale or [])
    if pools and no_wait:
        raise InputError("nightly-scale-alone")
    diary = _Diary(terminal)
    with (
        _told_to_end() as ending,
        open_farm() as farm,
        sending_spans(farm.settings, instance=f"nightly@{socket.gethostname()}"),
    ):
        wishes = Wishes(wait=not no_wait, scale=pools, language=terminal.language)
        night = Night(farm, wishes, tell=diary, ending=ending)
        view = night.run()
    terminal.answer({"kind": "night", **asdict(view)}, _summary(terminal, view, night.morning))
    if view.how == "interrupted":
        return Exit.INTERRUPTED
    return _told_of(view) if fail_on_dead else Exit.OK


def _told_of(view: NightView) -> Exit:
    """What became of it, each thing by a code of its own; a dead film says more than a refused batch."""
    if view.failed:
        return Exit.DEAD
    return Exit.FAILED if view.refused else Exit.OK


class _Diary:
    """Tells how a night goes, one line with the time for each thing that happens: a mail by cron."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def __call__(self, what: str, /, **facts: Fact) -> None:
        if self._terminal.json_wanted:
            return
        at = self._terminal.time_of_day(datetime.now(UTC).isoformat())
        self._terminal.say(Text(f"{at}  ").append(self._line(what, facts)))

    def _line(self, what: str, facts: dict[str, Fact]) -> str:
        if what == _ERROR:
            code = str(facts.pop("code"))
            return clean(sentence(code, facts, self._terminal.language))
        if what == "begins":
            what = "begins-in" if facts["window"] else "begins"
        safe = {name: clean(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        return self._terminal.words(f"night-{what}", **safe)


def _summary(terminal: Terminal, view: NightView, morning: MorningView | None) -> Iterator[Text]:
    words = terminal.words
    yield Text(words(f"night-over-{view.how}", window=view.window), style="bold")
    if view.how != "not_waited":
        yield Text(words("night-films", done=view.done, failed=view.failed, left=view.left))
    if view.failed:
        yield Text(words("night-failed"))
    films = sum(each.films for each in view.submitted)
    yield Text(words("night-batches", batches=len(view.submitted), films=films, refused=len(view.refused)))
    for each in view.refused:
        yield Text(words("night-refused-at", name=clean(each.name), place=clean(each.place)), style="yellow")
    if view.waiting:
        yield Text(words("night-waiting", names=clean(", ".join(view.waiting))), style="yellow")
    if view.bare:
        yield Text(words("night-bare", names=clean(", ".join(view.bare))))
    if morning is not None:
        yield Text()
        yield from map(Text, text_of(morning, terminal.language).splitlines())


@contextlib.contextmanager
def _told_to_end() -> Generator[threading.Event]:
    """An event that is set when the process is asked to end; a second time, it ends at once."""
    ending = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def hear(number: int, _frame: FrameType | None) -> None:
        ending.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, hear)
    try:
        yield ending
    finally:
        for number, was in before.items():
            signal.signal(number, was)
