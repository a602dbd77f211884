"""What is missing on this machine, and what to do about it."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np

from db.clocks import read_skew
from db.engine import check_schema, connect, place_of
from db.ledger import Ledger
from db.siting import this_machine
from db.wire import can_be_overheard
from db.workers import check_alone
from farm.bootstrap import Workshop
from farm.encoders import encoder_of
from farm.facechoice import FaceChooser
from farm.facedoor import open_face
from farm.typesetting import Typesetter
from farm.voicedoor import cast_of, open_voice
from pipeline.apart import Apart
from pipeline.plan.errors import AwayError, Fact, InputError, LecternError, TransientError
from pipeline.plan.faceway import FaceWay, joined_weights
from pipeline.plan.job import Format, VoiceChoice
from pipeline.plan.label import Label
from pipeline.plan.lipsync import Mode
from pipeline.plan.models import Use, check_use
from pipeline.plan.overlay import label_inset
from pipeline.plan.typefaces import LANGUAGES, can_set, packages_for
from pipeline.scratch import scratch_folder
from pipeline.steps.archive import archive_id

_PYTHONS = ((3, 11), (3, 12))
#: Room for the films of about a night on two cores.
_ROOM_BYTES = 5_000_000_000
# Encoders of cards take no smaller pictures.
_TRIAL = Format(width=256, height=256, fps=25)
_GREY = 128
_TRIAL_FRAMES = 5
#: Who asks waits for the answer.
_PATIENCE_S = 10.0


@dataclass(frozen=True, kw_only=True)
class There:
    """What is there: in a few words that are the same in every language, and numbers worth telling."""

    detail: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


#: Returns what is there; raises what is wrong.
Check = Callable[[], There]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found.

    Attributes:
        check: its name, such as ``ffmpeg``.
        level: ``ok``, ``warning`` (Lectern works, with less) or ``error``.
        detail: what is there, such as a version; empty when something is wrong.
        code: a code of the catalogue; empty when all is well.
        facts: values for its message; when all is well, numbers that say more than the detail.
    """

    check: str
    level: Literal["ok", "warning", "error"]
    detail: str = ""
    code: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def examine(workshop: Workshop, others: Mapping[str, Check]) -> Iterator[Finding]:
    """Check everything that Lectern needs, one finding after the other; nothing is changed.

    Args:
        workshop: what is checked.
        others: checks of what other rooms need, by name.
    """
    checks: dict[str, Check] = {
        "python": _python,
        "ffmpeg": partial(_ffmpeg, workshop),
        "fonts": partial(_fonts, workshop),
        "eye": partial(_eye, workshop),
        "voice": partial(_voice, workshop),
        "face": partial(_face, workshop),
        "models": partial(_models, workshop),
        "ledger": partial(_ledger, workshop),
        "clock": partial(_clock, workshop),
        "store": partial(_store, workshop),
        "archive": partial(_archive, workshop),
        **others,
    }
    for name, check in checks.items():
        try:
            there = check()
            yield Finding(check=name, level="ok", detail=there.detail, facts=there.facts)
        except Doubt as doubt:
            yield Finding(check=name, level="warning", code=doubt.error.code, facts=doubt.error.facts)
        except LecternError as error:
            yield Finding(check=name, level="error", code=error.code, facts=error.facts)


class Doubt(Exception):  # noqa: N818 - no error: Lectern works, with less
    """What a check raises where Lectern works all the same, with less than it might.

    Args:
        error: what is to be said.
    """

    def __init__(self, error: LecternError) -> None:
        super().__init__(error)
        self.error = error


def _python() -> There:
    if sys.version_info[:2] not in _PYTHONS:
        raise InputError("command-python-version", version=platform.python_version())
    return There(detail=platform.python_version())


def _ffmpeg(workshop: Workshop) -> There:
    """FFmpeg is believed when it has drawn and encoded something: it lists what does not work here."""
    encoder = encoder_of(workshop)
    frame = np.full((_TRIAL.height * 3 // 2, _TRIAL.width), _GREY, np.uint8)
    workshop.media.draw(label_inset(Label.BOTH, _TRIAL, origin=0, frames=_TRIAL_FRAMES), _TRIAL, {})
    with scratch_folder() as folder:
        workshop.media.encode_clip(
            [frame] * _TRIAL_FRAMES,
            folder / "trial.mp4",
            picture=_TRIAL,
            total=_TRIAL_FRAMES,
            parameters=encoder.parameters,
        )
    return There(detail=f"{workshop.media.version}, {encoder.name.split()[0]}")


def _fonts(workshop: Workshop) -> There:
    """Without fonts for a language its films are made all the same, with no captions in the pictures."""
    faces = Typesetter(workshop).faces
    drawn = [language for language in LANGUAGES if can_set(faces, language)]
    if not drawn:
        raise Doubt(InputError("captions-fonts-none", packages=packages_for("a文")))
    return There(detail=" ".join(drawn), facts={"fonts": len(faces)})


def _eye(workshop: Workshop) -> There:
    """The first eye has landmarks; with another one faces can be found but not driven."""
    first = workshop.eyes.names()[0]
    if problem := workshop.eyes.why_not(first):
        raise problem
    engine = workshop.eyes.open(first)
    engine.look(np.zeros((64, 64, 3), np.uint8))
    return There(detail=f"{engine.name} {engine.version}")


def _voice(workshop: Workshop) -> There:
    """The usual engine; one that speaks with a model is opened with its own."""
    cast = cast_of(workshop, workshop.settings.voice.engine)
    first = cast.voices[0]
    choice = VoiceChoice(
        engine=workshop.settings.voice.engine,
        name=first.name,
        language=first.languages[0],
        model=first.model,
    )
    engine = open_voice(workshop, choice)
    return There(detail=f"{engine.name} {engine.version}", facts={"voices": len(cast.voices)})


def _face(workshop: Workshop) -> There:
    """The usual engine, with the model that it draws with unless a row names another one."""
    chosen = FaceChooser(workshop).choose({})
    weights = joined_weights(model.digest for model in chosen.models)
    mode = Mode.FAST.value if weights else ""
    engine = open_face(workshop, FaceWay(engine=chosen.engine, mode=mode, weights=weights))
    computed = f", {engine.backend}" if weights else ""
    return There(detail=f"{engine.name} {engine.version}{computed}")


def _models(workshop: Workshop) -> There:
    """Models are not read through here; what is missing, cut off or may not be used is told."""
    shelf, use = workshop.models, Use(workshop.settings.models.use)
    found = tuple(shelf.listed())
    try:
        for each in found:
            if each.problem is not None:
                raise each.problem
            if each.record is not None:
                check_use(each.record, use)
    except InputError as error:
        raise Doubt(error) from error
    return There(detail=str(shelf.root), facts={"models": len(found)})


def _ledger(workshop: Workshop) -> There:
    engine = connect(workshop.settings.ledger_url)
    try:
        check_schema(engine)
        check_alone(Ledger(engine), this_machine())
        if can_be_overheard(engine):
            raise Doubt(InputError("ledger-plain", place=place_of(engine)))
    finally:
        engine.dispose()
    return There(detail=place_of(engine))


def _clock(workshop: Workshop) -> There:
    """A ledger that is a file has this machine's own; one that is away is told as such."""
    engine = connect(workshop.settings.ledger_url)
    try:
        skew = read_skew(Ledger(engine))
        if skew is not None and skew.differs:
            code = "ledger-clock-ahead" if skew.ahead_ms > 0 else "ledger-clock-behind"
            raise Doubt(InputError(code, seconds=abs(skew.ahead_ms) // 1000))
    except AwayError:
        return There(detail="–")
    finally:
        engine.dispose()
    return There(detail="–" if skew is None else f"{skew.ahead_ms / 1000:+.3f} s")


def _store(workshop: Workshop) -> There:
    root = workshop.store.root
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        raise AwayError("store-away", reason=error.strerror or type(error).__name__) from error
    if free < _ROOM_BYTES:
        raise Doubt(AwayError("command-store-tight", place=str(root), free_mb=free // 1_000_000))
    return There(detail=str(root), facts={"free_gb": free // 1_000_000_000})


def _archive(workshop: Workshop) -> There:
    """Without an archive films are made all the same and wait in the store."""
    root = workshop.settings.archive_root
    with Apart(root, stuck_s=min(_PATIENCE_S, workshop.settings.archive.stuck_s)) as apart:
        try:
            apart.run(archive_id, root)
        except (AwayError, TransientError) as error:
            raise Doubt(error) from error
    return There(detail=str(root))
