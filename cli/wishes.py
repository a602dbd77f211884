"""The options of `lectern render`; most say what a column of a manifest says of a row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Portrait = Annotated[
    Path, typer.Option("--portrait", "-p", help="A picture with one face, a video, or profile:NAME.")
]
Script = Annotated[Path | None, typer.Option("--script", "-s", help="A text file with what is said.")]
Audio = Annotated[
    Path | None,
    typer.Option("--audio", "-a", help="A recording that is heard instead; a script is then only timed."),
]
Denoise = Annotated[bool, typer.Option("--denoise", help="Clean the recording of its room's noise.")]
Check = Annotated[
    str, typer.Option("--check", help="Listen to what the voice said: none, sample or all of its sentences.")
]
CheckFailure = Annotated[
    str,
    typer.Option("--check-failure", help="Of a sentence that is never said as written: warn or stop."),
]
Department = Annotated[
    str,
    typer.Option(
        "--department",
        help="Whose pronunciations, word list and profiles count; else none do, but the profiles of default.",
    ),
]
Film = Annotated[Path, typer.Option("--output", "-o", help="Where the film goes, such as film.mp4.")]
Voice = Annotated[str, typer.Option(help="A voice of `lectern voices`, or profile:NAME.")]
Language = Annotated[str, typer.Option(help="Language of the script, such as en or zh.")]
Format = Annotated[str, typer.Option(help="Such as wide, tall-1080, square-512 or portrait.")]
Fps = Annotated[str, typer.Option(help="Frame rate: 24, 25, 30, 50 or 60.")]
Quality = Annotated[str, typer.Option(help="How finely it is encoded: draft, standard or high.")]
Loudness = Annotated[str, typer.Option(help="How loud it is in LUFS, -23 to -14.")]
Preview = Annotated[bool, typer.Option("--preview", help="Make an animated WebP, too.")]
Speed = Annotated[str, typer.Option(help="Per cent of normal speed, 50 to 200.")]
Pitch = Annotated[str, typer.Option(help="Per cent of normal pitch, 50 to 200.")]
Title = Annotated[str, typer.Option(help="Title of the film.")]
FaceEngine = Annotated[str, typer.Option("--face-engine", help="Who draws the face: warp or wav2lip.")]
Model = Annotated[str, typer.Option("--model", help="What wav2lip draws with; see `lectern models list`.")]
Mode = Annotated[str, typer.Option("--mode", help="How wav2lip draws: fast or exact.")]
Restore = Annotated[
    str, typer.Option("--restore", help="The model that sharpens the face that wav2lip drew.")
]
Pads = Annotated[
    str,
    typer.Option(
        "--pads",
        help="How far the box of the face that wav2lip sees is widened, in per cent: above,below,left,right.",
    ),
]
Crop = Annotated[
    str, typer.Option("--crop", help="What wav2lip sees of the portrait instead: x,y,width,height in pixels.")
]
MelOffsetFrames = Annotated[
    str,
    typer.Option(
        "--mel-offset-frames", help="By how many frames the lips of wav2lip run ahead of the sound, -5 to 5."
    ),
]
FaceBox = Annotated[str, typer.Option(help="Which face, when there are several: x,y,width,height in pixels.")]
Expression = Annotated[str, typer.Option(help="The look on the face: neutral or friendly.")]
Motion = Annotated[str, typer.Option(help="How much head, brows and eyes move: none, calm or lively.")]
Background = Annotated[str, typer.Option(help="Behind the portrait: blur, #rrggbb, or a picture.")]
BurnedCaptions = Annotated[bool, typer.Option("--captions-burn", help="Draw the captions into the pictures.")]
SoftCaptions = Annotated[
    str, typer.Option("--captions-soft", help="Captions in the film's own file: yes or no.")
]
Label = Annotated[
    str, typer.Option(help="What says that AI made it: both, cn, eu, or none with the next two.")
]
LabelName = Annotated[str, typer.Option(help="Who answers for a film without a label.")]
LabelReason = Annotated[str, typer.Option(help="Why it has none.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace files of an earlier film.")]
