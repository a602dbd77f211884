"""`lectern say`: hear how a text is read, before a film is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cli import wishes
from cli.bars import Bars
from cli.clean import clean
from cli.exits import Exit
from cli.interrupt import Interrupts
from cli.options import terminal_of
from cli.terminal import Terminal, sentence, told
from farm import say as speaking
from farm.bootstrap import open_workshop
from farm.choices import Wish
from farm.say import Preview, SaidLine, SaidText
from pipeline.plan.people import PREFIX


def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is said, in quotes.")],
    *,
    voice: wishes.Voice = "",
    language: wishes.Language = "",
    speed: wishes.Speed = "",
    pitch: wishes.Pitch = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the sound goes, such as out.wav.")
    ] = None,
    department: wishes.Department = "",
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace an earlier file.")] = False,
) -> Exit:
    """Speak a text as a film would have it, and tell how it was read.

    Numbers, dates and amounts are told in words where the voice is given words. Without a file it is only
    told, with the sounds of each line.
    """
    terminal = terminal_of(context)
    wish = Wish(voice=voice, language=language, speed=speed, pitch=pitch)
    with Interrupts() as interrupts, Bars(terminal) as bars:

        def show_progress(done: int, total: int) -> None:
            bars.show("speak", done, total)

        preview = Preview(text=text, wish=wish, file=output, replace=force, department=department)
        with open_workshop() as workshop:
            said = speaking.say(workshop, preview, check=interrupts.check, told=show_progress)
    for warning in said.warnings:
        words = sentence(warning.code, warning.facts, terminal.language)
        terminal.note(Text(f"{terminal.words('warning')}{words} [{warning.code}]", style="yellow"))
    terminal.answer(_document(said, output, terminal), _lines(said, output, terminal))
    return Exit.OK


def _lines(said: SaidText, output: Path | None, terminal: Terminal) -> Iterator[str]:
    """What was read otherwise than it is written; without a file every line, with its sounds."""
    for each in said.lines:
        shown, spoken = each.line.sentence.shown, each.line.sentence.spoken
        if output is None or shown != spoken:
            yield terminal.words("said-line", shown=clean(shown), spoken=clean(spoken))
        if output is None and each.phonemes:
            yield f"  [{_sounds(each)}]"
    voice = _voice(said)
    seconds = f"{said.ms / 1000:.1f}"
    if output is None:
        yield terminal.words("said", voice=clean(voice), seconds=seconds)
    else:
        yield terminal.words("said-into", voice=clean(voice), seconds=seconds, file=clean(str(output)))


def _voice(said: SaidText) -> str:
    """Who spoke, and whom it sounds like."""
    return said.voice if said.person is None else f"{PREFIX}{said.person.name} ({said.voice})"


def _sounds(line: SaidLine) -> str:
    """The sounds of a line in IPA; a silence is a gap."""
    return "".join(
        f"{'ˈ' * each.stressed}{each.symbol}" if each.symbol else " " for each in line.phonemes
    ).strip()


def _document(said: SaidText, output: Path | None, terminal: Terminal) -> dict[str, object]:
    warnings = []
    for warning in said.warnings:
        what, cure = told(warning.code, warning.facts, terminal.language)
        warnings.append({"code": warning.code, "what": what, "cure": cure, "facts": dict(warning.facts)})
    return {
        "kind": "said",
        "file": None if output is None else str(output),
        "voice": said.voice,
        "profile": None if said.person is None else said.person.name,
        "duration_ms": said.ms,
        "lines": [
            {
                "text": each.line.sentence.shown,
                "spoken": each.line.sentence.spoken,
                "language": each.line.sentence.language,
                "voice": each.line.choice.name,
                "duration_ms": each.ms,
                "sounds": _sounds(each),
            }
            for each in said.lines
        ],
        "warnings": warnings,
    }
