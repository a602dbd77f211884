"""`lectern render`: one film, in this process, with no server at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import typer
from rich.text import Text

from cli import wishes
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


def render(
    context: typer.Context,
    *,
    portrait: wishes.Portrait,
    film: wishes.Film,
    script: wishes.Script = None,
    audio: wishes.Audio = None,
    denoise: wishes.Denoise = False,
    voice: wishes.Voice = "",
    language: wishes.Language = "",
    format: wishes.Format = "",  # noqa: A002 - the option's name
    fps: wishes.Fps = "",
    quality: wishes.Quality = "",
    loudness: wishes.Loudness = "",
    preview: wishes.Preview = False,
    speed: wishes.Speed = "",
    pitch: wishes.Pitch = "",
    check: wishes.Check = "",
    check_failure: wishes.CheckFailure = "",
    department: wishes.Department = "",
    title: wishes.Title = "",
    face_engine: wishes.FaceEngine = "",
    model: wishes.Model = "",
    mode: wishes.Mode = "",
    restore: wishes.Restore = "",
    pads: wishes.Pads = "",
    crop: wishes.Crop = "",
    mel_offset_frames: wishes.MelOffsetFrames = "",
    face_box: wishes.FaceBox = "",
    expression: wishes.Expression = "",
    motion: wishes.Motion = "",
    background: wishes.Background = "",
    burn: wishes.BurnedCaptions = False,
    captions: wishes.SoftCaptions = "",
    label: wishes.Label = "",
    label_name: wishes.LabelName = "",
    label_reason: wishes.LabelReason = "",
    force: wishes.Force = False,
) -> Exit:
    """Make one film here, without a farm.

    The quickest way to try Lectern, and to look for a fault. Captions, poster and manifest are written beside
    the film. What was made before is used again, so that a second film with one changed sentence takes
    moments.
    """
    wish = Wish(voice=voice, language=language, format=format, fps=fps, speed=speed, pitch=pitch)
    order = Order(portrait=portrait, script=script, film=film, wish=wish, title=title, replace=force)
    order = replace(order, audio=audio, denoise=_yes(denoise), check=check, check_failure=check_failure)
    order = replace(order, department=department)
    order = replace(order, engine=face_engine, model=model, mode=mode, restore=restore, face_box=face_box)
    order = replace(order, pads=pads, crop=crop, mel_offset_frames=mel_offset_frames)
    order = replace(order, expression=expression, motion=motion, background=background, soft=captions)
    order = replace(order, quality=quality, loudness=loudness, preview=_yes(preview), burn=_yes(burn))
    order = replace(order, label=label, label_name=label_name, label_reason=label_reason)
    return _make(order, terminal_of(context))


def _make(order: Order, terminal: Terminal) -> Exit:
    """Make what was ordered, and tell how it goes and what came of it."""
    started = time.monotonic()
    with Interrupts() as interrupts, open_workshop() as workshop, Bars(terminal) as bars:
        made = make_film(workshop, order, progress=bars.show, check=interrupts.check)
    for warning in made.warnings:
        said = sentence(warning.code, warning.facts, terminal.language)
        terminal.note(Text(f"{terminal.words('warning')}{said} [{warning.code}]", style="yellow"))
    took = round(time.monotonic() - started)
    terminal.answer(_film(made, terminal.language), _made(made, took, terminal))
    return Exit.OK


def _yes(wanted: bool) -> str:  # noqa: FBT001 - a switch of the command line, in a manifest's words
    return "yes" if wanted else ""


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
