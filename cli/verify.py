"""`lectern verify`: what films carry, and whether it is what label and manifest say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Cell, Terminal
from farm.bootstrap import settings_of
from farm.verify import Verdict, Verified, films_at
from farm.verify import verify as verify_film
from pipeline.apart import Apart

_STYLES = {
    Verdict.OK: "green",
    Verdict.LABELLED: "green",
    Verdict.WAIVED: "green",
    Verdict.CHANGED: "yellow",
    Verdict.UNLABELLED: "yellow",
}
_FINE = frozenset({Verdict.OK, Verdict.LABELLED, Verdict.WAIVED})


def verify(
    context: typer.Context,
    films: Annotated[
        list[Path],
        typer.Argument(metavar="[FILM]...", help="Films, or folders: every MP4 in them and below them."),
    ],
) -> Exit:
    """Say what films carry: label, captions, trace, and whether they are what label and manifest say.

    Works without a farm, and on films of others. A film that is not as it was made, or that has no label
    without anybody having told why, ends the command with exit code 5.
    """
    terminal = terminal_of(context)
    found = []
    # They may lie on a share that hangs.
    with Apart(films[0], stuck_s=settings_of().archive.stuck_s) as apart:
        for place in apart.run(films_at, films):
            one = apart.run(verify_film, place)
            found.append(one)
            if not terminal.json_wanted:
                for line in _page(one, terminal):
                    terminal.say(line)
    document = {"kind": "verification", "films": [asdict(one) for one in found]}
    counted = len(found) > 1
    terminal.answer(document, _sum(found, terminal) if counted else ())
    return Exit.OK if all(one.verdict in _FINE for one in found) else Exit.FAILED


def _sum(found: list[Verified], terminal: Terminal) -> Iterator[str]:
    fine = sum(one.verdict in _FINE for one in found)
    yield terminal.words("verified-sum", films=len(found), fine=fine, other=len(found) - fine)


def _page(one: Verified, terminal: Terminal) -> Iterator[Text | Table | str]:
    """A film in words: the verdict, and below it everything that it carries."""
    words = terminal.words
    head = Text(clean(one.film), style="bold")
    verdict = words(f"verdict-{one.verdict}", reason=clean(one.reason))
    yield head.append(f": {verdict}", style=f"not bold {_STYLES.get(one.verdict, 'red')}")
    if one.verdict is not Verdict.UNREADABLE:
        grid = Table(box=None, pad_edge=True, show_header=False, padding=(0, 2, 0, 0))
        for name, value in _facts(one, terminal):
            grid.add_row(Text(words(name), style="bold"), value if isinstance(value, Text) else clean(value))
        yield grid
    yield ""


def _facts(one: Verified, terminal: Terminal) -> Iterator[tuple[str, Cell]]:
    words = terminal.words
    yield "carries-label", _label(one, terminal)
    if one.shown:
        yield "carries-shown", words("carries-shown-told", words=one.shown)
    if one.waived:
        name, reason = one.waived
        yield "carries-shown", words("label-waived", name=name, reason=reason)
    yield "carries-essence", _agreeing(one, one.essence, ("essence", "seal"), terminal)
    yield "carries-file", _agreeing(one, one.digest, ("file",), terminal)
    track = one.captions
    told = words("carries-track", language=track.language, cues=track.cues) if track else words("no")
    yield "carries-captions", _agreeing(one, told, ("captions",), terminal)
    if one.burned:
        yield "captions-burned", words("carries-burned")
    yield "trace", one.trace or words("unknown")
    yield "file-manifest", one.manifest or words("carries-no-manifest")


def _label(one: Verified, terminal: Terminal) -> Cell:
    """The label's parts in words, and whether the manifest tells the same."""
    words, label = terminal.words, one.label
    if not label:
        return _agreeing(one, words("no"), ("label",), terminal)
    said = words(
        "carries-label-told",
        made=words.state(f"made-{label['Label']}"),
        producer=label["ContentProducer"] or words("unknown"),
        number=label["ProduceID"] or words("unknown"),
    )
    return _agreeing(one, said, ("label",), terminal)


def _agreeing(one: Verified, what: str, compared: tuple[str, ...], terminal: Terminal) -> Text:
    """Something that a film carries, and what it was compared with."""
    line = Text(clean(what))
    for name in compared:
        if name in one.agree:
            agrees = one.agree[name]
            with_what = "label" if name == "seal" else "manifest"
            words = terminal.words(f"{'as' if agrees else 'not'}-{with_what}")
            line.append(f" · {words}", style="green" if agrees else "red")
    return line
