"""`lectern dead`: what failed for good, and what an operator does about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.lines import took_of
from cli.operate import tell_changed
from cli.options import JobNumber, terminal_of
from cli.show import outcome_of
from cli.terminal import Cell, Terminal, sentence, told
from db.acts import Operated
from db.operations import jobs_of
from farm import dead as letters
from farm import requeue as requeueing
from farm.bootstrap import Farm, open_farm
from farm.views.films import AttemptView
from farm.views.letters import AutopsyView, DeadView, PlaceView
from pipeline.plan.errors import InputError

Jobs = Annotated[list[int] | None, typer.Argument(metavar="[JOB]...", help="Numbers of jobs.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", metavar="BATCH", help="All of this batch.")]
Error = Annotated[str | None, typer.Option("--error", metavar="CODE", help="Only what met this error.")]
All = Annotated[bool, typer.Option("--all", help="All that met the error of --error.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="At most so many lines.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Tell what would be changed, and change nothing.")]

#: So many errors are told a cure of, the most frequent first.
_CURES = 8
_LOG_LINES = 20
#: What a film is made of, by the words above it.
_HEADS = {
    "script": "dead-script",
    "recording": "dead-recording",
    "voice": "voice",
    "portrait": "dead-portrait",
    "background": "background",
}


def list_(context: typer.Context, *, error: Error = None, batch: Batch = None, most: Most = 1000) -> Exit:
    """List what failed for good, the newest first, and what cures it."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        if batch is not None:
            jobs_of(farm.ledger, batch)
        found = letters.listed(farm, code=error, batch=batch, most=most)
    document = {"kind": "dead-letters", "letters": [asdict(each) for each in found]}
    asked = error is not None or batch is not None
    lines: list[Cell | Table] = [terminal.words("dead-none-such" if asked else "dead-none")]
    if found:
        lines = [_table(terminal, found)]
        lines += [terminal.words("dead-more", most=most)] if len(found) == most else []
        lines += ["", *_cures(terminal, found), "", terminal.words("dead-next")]
    terminal.answer(document, lines)
    return Exit.OK


def show(context: typer.Context, job: JobNumber) -> Exit:
    """Show how a film failed: at which sentence, error, attempts, log, and the input that it failed on."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = letters.autopsies(farm, job)
    document = {"kind": "dead-letter", "job": job, "letters": [asdict(each) for each in found]}
    pages = [line for each in found for line in (*_page(terminal, each), "")]
    terminal.answer(document, [*pages, terminal.words("dead-do", job=job)])
    return Exit.OK


def requeue(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batch: Batch = None,
    everything: All = False,
    error: Error = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Make it otherwise, such as --set quality=draft or --set face.batch_size=4; repeatable.",
        ),
    ] = None,
    dry_run: Dry = False,
) -> Exit:
    """Try what failed again, with finished clips kept.

    With --set it is made otherwise than it was submitted; clips that look the same are kept.
    """

    def act(farm: Farm, chosen: Collection[int]) -> Operated:
        return requeueing.requeue(farm, chosen, settings or (), dry_run=dry_run)

    meant = _Meant(jobs=tuple(jobs or ()), batch=batch, everything=everything, error=error)
    return _act(context, act, meant, said="requeue", dry_run=dry_run)


def discard(
    context: typer.Context,
    jobs: Jobs = None,
    *,
    batch: Batch = None,
    everything: All = False,
    error: Error = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever asks later.")
    ] = "",
    dry_run: Dry = False,
) -> Exit:
    """Put what failed away; `lectern requeue` brings it back."""

    def act(farm: Farm, chosen: Collection[int]) -> Operated:
        return letters.discard(farm, chosen, reason=reason, dry_run=dry_run)

    meant = _Meant(jobs=tuple(jobs or ()), batch=batch, everything=everything, error=error)
    return _act(context, act, meant, said="discard", dry_run=dry_run)


@dataclass(frozen=True, kw_only=True)
class _Meant:
    """Which dead letters are meant: some jobs', a batch's, or all; of one error alone if there is one."""

    jobs: tuple[int, ...]
    batch: int | None
    everything: bool
    error: str | None

    def found(self, farm: Farm) -> tuple[int, ...]:
        """The jobs.

        Raises:
            InputError: ``dead-which``, ``ledger-batch-unknown``.
        """
        ways = sum((bool(self.jobs), self.batch is not None, self.everything))
        if ways != 1 or (self.everything and self.error is None):
            raise InputError("dead-which")
        if self.jobs and self.error is None:
            return self.jobs
        if self.batch is not None:
            jobs_of(farm.ledger, self.batch)
        met = letters.chosen(farm, code=self.error, batch=self.batch)
        return tuple(job for job in met if not self.jobs or job in self.jobs)


def _act(
    context: typer.Context,
    act: Callable[[Farm, Collection[int]], Operated],
    meant: _Meant,
    *,
    said: str,
    dry_run: bool,
) -> Exit:
    """Do something with the dead letters that are meant, and tell with which."""
    with open_farm() as farm:
        chosen = meant.found(farm)
        done = act(farm, chosen)
    if not chosen:
        terminal = terminal_of(context)
        nothing = {
            "kind": "changed",
            "changed": [],
            "unchanged": [],
            "why": {},
            "stops": [],
            "dry_run": dry_run,
        }
        terminal.answer(nothing, [terminal.words("dead-none-such")])
        return Exit.OK
    return tell_changed(context, said, done, dry_run=dry_run)


def _table(terminal: Terminal, found: tuple[DeadView, ...]) -> Table:
    """One line for each dead letter."""
    rows = [
        (
            str(each.job),
            each.row,
            terminal.words.state(each.stage),
            str(each.attempts),
            terminal.moment(each.ended) if each.ended else "",
            each.worker,
            each.error.code,
            told(each.error.code, each.error.facts, terminal.language)[0],
        )
        for each in found
    ]
    heads = ("job", "row", "stage", "tries", "ended", "worker", "error-head", "note-head")
    return terminal.table(*heads, rows=rows, right=(0, 3))


def _cures(terminal: Terminal, found: tuple[DeadView, ...]) -> Iterator[Text]:
    """What to do about each error, in the words for the newest film that met it."""
    newest: Mapping[str, DeadView] = {each.error.code: each for each in reversed(found)}
    for code, number in Counter(each.error.code for each in found).most_common(_CURES):
        cure = told(code, newest[code].error.facts, terminal.language)[1]
        line = terminal.words("dead-code", code=clean(code), number=number, cure=cure)
        yield Text(line.removesuffix(": ").removesuffix("："))


def _page(terminal: Terminal, found: AutopsyView) -> Iterator[Cell | Table]:
    words, letter = terminal.words, found.letter
    name = "dead-title-chunk" if letter.stage == "render" else "dead-title"
    stage = words.state(letter.stage)
    title = words(name, row=clean(letter.row), job=letter.job, stage=stage, chunk=letter.chunk + 1)
    yield Text(title, style="bold")
    yield Text(sentence(letter.error.code, letter.error.facts, terminal.language), style="red")
    yield Text(f"[{letter.error.code}]", style="dim")
    yield ""
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for head, value in _facts(terminal, found):
        grid.add_row(Text(words(head), style="bold"), Text(clean(value)))
    yield grid
    if found.place is None and found.text:
        yield ""
        yield words("dead-text")
        yield from (f"  {clean(line)}" for line in found.text)
    if found.tries:
        yield ""
        yield _tries(terminal, found.tries)
    if found.log:
        yield ""
        yield words("dead-log")
        yield from (Text(f"  {clean(line)}", style="dim") for line in found.log.splitlines()[-_LOG_LINES:])


def _facts(terminal: Terminal, found: AutopsyView) -> Iterator[tuple[str, str]]:
    """The input that it failed on, each by its head; what the error is about is marked."""
    words, letter = terminal.words, found.letter

    def told(part: str, value: str) -> str:
        name = next((each.name for each in found.people if each.kind == part and each.name), "")
        value = words("dead-of", file=value, name=name) if name else value
        return words("dead-blamed", file=value) if part == found.blamed else value

    yield "dead-row", words("dead-row-of", row=letter.row, manifest=found.manifest, batch=letter.batch)
    if found.place is not None:
        yield "dead-place", _where(terminal, found.place)
        if found.place.text:
            yield "dead-said", words("dead-words", text=found.place.text)
    for part, value in (("script", found.script), ("recording", found.recording), ("voice", found.voice)):
        if value and (part != "script" or part == found.blamed):
            yield _HEADS[part], told(part, value)
    yield _HEADS["portrait"], told("portrait", found.portrait)
    if found.background:
        yield _HEADS["background"], told("background", found.background)
    if found.profile:
        yield "dead-rendered", found.profile
    if found.options:
        yield "dead-options", ", ".join(f"{name}={value}" for name, value in sorted(found.options.items()))


def _where(terminal: Terminal, place: PlaceView) -> str:
    """A sentence's place: which one, where in the script, and when in the film."""
    words = terminal.words
    name = "dead-sentence" if place.text else "dead-silence" if place.sentence else "dead-head"
    parts = [words(name, sentence=place.sentence, of=place.of) if name != "dead-head" else words(name)]
    if place.line:
        parts.append(words("dead-line", line=place.line))
    if place.second is not None:
        parts.append(words("dead-second", span=words.span(place.second)))
    return words("dead-comma").join(parts)


def _tries(terminal: Terminal, tries: tuple[AttemptView, ...]) -> Table:
    """One line for each attempt: when, where, how it ended, and what it met."""
    rows = [
        (
            str(one.number),
            terminal.second(one.started),
            terminal.second(one.ended) if one.ended else "",
            took_of(terminal, one),
            terminal.words.state(f"outcome-{outcome_of(one)}"),
            one.worker,
            one.device,
            "" if one.error is None else told(one.error.code, one.error.facts, terminal.language)[0],
        )
        for one in tries
    ]
    heads = ("attempt", "started", "ended", "took", "outcome", "worker", "device", "note-head")
    return terminal.table(*heads, rows=rows, right=(0, 3))
