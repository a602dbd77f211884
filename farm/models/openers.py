"""Opens models of each kind, to find out whether that is what they are and what they can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from farm.models.folders import CONFIG, TABLES, read_json
from pipeline.plan.models import ModelKind


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a model tells of itself.

    Attributes:
        languages: BCP 47 tags of what it can do; empty for any, or where it does not tell.
        traits: what its kind tells besides, for its card.
    """

    languages: tuple[str, ...] = ()
    traits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How models of a kind are opened.

    Attributes:
        library: without it none can be.
        extra: what installs it.
        open: opens a file or folder; is told whether a program in it may run. It raises an InputError that
            says what is wrong with it.
        folder: whether such a model is a folder.
    """

    library: str
    extra: str
    open: Callable[[Path, bool], Found]
    folder: bool = False


def _wav2lip(path: Path, trusted: bool) -> Found:  # noqa: FBT001 - as every opener
    from pipeline.engines.face.wav2lip.checkpoint import read_weights

    read_weights(path, trusted=trusted)
    return Found()


def _whisper(path: Path, _trusted: bool) -> Found:  # noqa: FBT001 - as every opener
    from pipeline.engines.ear.whisper.checkpoint import traits_of

    traits = traits_of(path)
    # One that knows more than English knows about all that anybody asks for.
    return Found(languages=() if traits["multilingual"] else traits["languages"], traits=traits)


def _coqui(path: Path, _trusted: bool) -> Found:  # noqa: FBT001 - as every opener
    from pipeline.engines.voice.coqui.families import traits_of
    from pipeline.engines.voice.coqui.opening import opened

    traits = traits_of(read_json(path / CONFIG), {file.name: _listed(file) for file in path.iterdir()})
    # Its weights fit its configuration, or the library says which entry is the first that does not.
    opened(path)
    return Found(languages=traits["languages"], traits=traits)


def _listed(file: Path) -> object:
    """What a file beside a voice's weights lists, such as speakers; None for one that lists nothing."""
    if file.suffix == ".json":
        return read_json(file)
    if file.name in TABLES:
        from pipeline.engines.tensorfile import read_held

        return read_held(file)
    return None


def _converter(path: Path, _trusted: bool) -> Found:  # noqa: FBT001 - as every opener
    from pipeline.engines.voice.coqui.freevc import traits_of

    return Found(traits=traits_of(path))


def _restorer(path: Path, trusted: bool) -> Found:  # noqa: FBT001 - as every opener
    from pipeline.engines.face.wav2lip.restorerfile import load_restorer

    load_restorer(path, trusted=trusted)
    return Found()


def _writer(path: Path, trusted: bool) -> Found:  # noqa: FBT001 - as every opener
    from pipeline.engines.writer.transformers.folder import traits_of

    return Found(traits=traits_of(path, trusted=trusted))


#: What can be opened. A file of unknown kind is tried as each in this order.
OPENINGS: Mapping[ModelKind, Opening] = {
    ModelKind.WAV2LIP: Opening(library="torch", extra="wav2lip", open=_wav2lip),
    ModelKind.WHISPER: Opening(library="whisper", extra="whisper", open=_whisper),
    ModelKind.RESTORER: Opening(library="spandrel", extra="restore", open=_restorer),
    ModelKind.COQUI: Opening(library="TTS", extra="coqui", open=_coqui, folder=True),
    ModelKind.CONVERTER: Opening(library="TTS", extra="coqui", open=_converter, folder=True),
    ModelKind.WRITER: Opening(library="transformers", extra="transformers", open=_writer, folder=True),
}
