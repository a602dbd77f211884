"""`lectern render`: one film, in this process, with no server at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cli.bars import Bars
from cli.clean import clean
from cli.exits import Exit
from cli.interrupt import Interrupts
from cli.options import terminal_of
from cli.terminal import Terminal, sentence, told
from farm.bootstrap import open_workshop
from farm.choices import Wish
from farm.local import Made, make_film
from farm.orders import Order
from pipeline.plan.messages import Language

_STAGES = ("speak", "render", "join")


def render(
    context: typer.Context,
    *,
    portrait: Annotated[Path, typer.Option("--portrait", "-p", help="A picture with one face, or a video.")],
    script: Annotated[Path, typer.Option("--script", "-s", help="A text file with what is said.")],
    film: Annotated[Path, typer.Option("--output", "-o", help="Where the film goes, such as film.mp4.")],
    voice: Annotated[str, typer.Option(help="A voice of `lectern voices`.")] = "",
    language: Annotated[str, typer.Option(help="Language of the script, such as en or zh.")] = "",
    format: Annotated[str, typer.Option(help="Such as wide, tall-1080, square-512 or portrait.")] = "",  # noqa: A002 - the option's name
    fps: Annotated[str, typer.Option(help="Frame rate: 24, 25, 30, 50 or 60.")] = "",
    quality: Annotated[str, typer.Option(help="How finely it is encoded: draft, standard or high.")] = "",
    loudness: Annotated[str, typer.Option(help="How loud it is in LUFS, -23 to -14.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Make an animated WebP, too.")] = False,
    speed: Annotated[str, typer.Option(help="Per cent of normal speed, 50 to 200.")] = "",
    pitch: Annotated[str, typer.Option(help="Per cent of normal pitch, 50 to 200.")] = "",
    title: Annotated[str, typer.Option(help="Title of the film.")] = "",
    face_engine: Annotated[
        str, typer.Option("--face-engine", help="Who draws the face: warp or wav2lip.")
    ] = "",
    model: Annotated[
        str, typer.Option("--model", help="What wav2lip draws with; see `lectern models list`.")
    ] = "",
    mode: Annotated[str, typer.Option("--mode", help="How wav2lip draws: fast or exact.")] = "",
    restore: Annotated[
        str, typer.Option("--restore", help="The model that sharpens the face that wav2lip drew.")
    ] = "",
    face_box: Annotated[
        str, typer.Option(help="Which face, when there are several: x,y,width,height in pixels.")
    ] = "",
    expression: Annotated[str, typer.Option(help="The look on the face: neutral or friendly.")] = "",
    motion: Annotated[
        str, typer.Option(help="How much head, brows and eyes move: none, calm or lively.")
    ] = "",
    background: Annotated[str, typer.Option(help="Behind the portrait: blur, #rrggbb, or a picture.")] = "",
    burn: Annotated[
        bool, typer.Option("--captions-burn", help="Draw the captions into the pictures.")
    ] = False,
    captions: Annotated[
        str, typer.Option("--captions-soft", help="Captions in the film's own file: yes or no.")
    ] = "",
    label: Annotated[
        str, typer.Option(help="What says that AI made it: both, cn, eu, or none with the next two.")
    ] = "",
    label_name: Annotated[str, typer.Option(help="Who answers for a film without a label.")] = "",
    label_reason: Annotated[str, typer.Option(help="Why it has none.")] = "",
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace files of an earlier film.")] = False,
) -> Exit:
    """Make one film here, without a farm.

    The quickest way to try Lectern, and to look for a fault. Captions, poster and manifest are written beside
    the film. What was made before is used again, so that a
    second film with one changed sentence takes moments.
    """
    terminal = terminal_of(context)
    order = Order(
        portrait=portrait,
        script=script,
        film=film,
        wish=Wish(voice=voice, language=language, format=format, fps=fps, speed=speed, pitch=pitch),
        engine=face_engine,
        model=model,
        mode=mode,
        restore=restore,
        face_box=face_box,
        expression=expression,
        motion=motion,
        quality=quality,
        loudness=loudness,
        preview="yes" if preview else "",
        background=background,
        burn="yes" if burn else "",
        soft=captions,
        label=label,
        label_name=label_name,
        label_reason=label_reason,
        title=title,
        replace=force,
    )
    started = time.monotonic()
    with Interrupts() as interrupts, open_workshop() as workshop, Bars(terminal) as bars:
        made = make_film(workshop, order, progress=bars.show, check=interrupts.check)
    for warning in made.warnings:
        said = sentence(warning.code, warning.facts, terminal.language)
        terminal.note(Text(f"{terminal.words('warning')}{said} [{warning.code}]", style="yellow"))
    took = round(time.monotonic() - started)
    terminal.answer(_film(made, terminal.language), _made(made, took, terminal))
    return Exit.OK


def _made(made: Made, took: int, terminal: Terminal) -> Iterator[str]:
    words = terminal.words
    length = words.span(round(made.frames / made.fps))
    yield words("film-made", film=clean(str(made.files[".mp4"])), length=length, took=words.span(took))
    beside = ", ".join(clean(path.name) for suffix, path in made.files.items() if suffix != ".mp4")
    yield words("film-beside", files=beside)


def _film(made: Made, language: Language) -> dict[str, object]:
    """A film that was made by `lectern render`."""
    warnings = []
    for warning in made.warnings:
        what, cure = told(warning.code, warning.facts, language)
        warnings.append({"code": warning.code, "what": what, "cure": cure, "facts": dict(warning.facts)})
    return {
        "kind": "film",
        "film": str(made.files[".mp4"]),
        "files": {suffix.lstrip("."): str(path) for suffix, path in made.files.items()},
        "frames": made.frames,
        "fps": made.fps,
        "trace": made.trace,
        "essence": made.essence,
        "warnings": warnings,
    }
