"""What the inputs of films are called in the store, and what they may cost there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from config.settings import Settings
from pipeline.media.filmkind import suffix_of
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.footage import is_footage
from pipeline.plan.soundfile import SUFFIXES
from pipeline.store import Store

#: The suffixes of recordings.
RECORDINGS = frozenset(SUFFIXES.values())

_SCRIPT_SUFFIX, _JSON_SUFFIX = ".txt", ".json"
_PLAIN_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


def source_of(picture: Path, digest: str, *, suffix: str = "") -> Artifact:
    """What a file that was checked will be called in the store; with a picture's suffix unless one is given.

    Raises:
        InputError: ``submit-portrait-changed``: it is there no more.
    """
    try:
        size = picture.stat().st_size
    except OSError as error:
        raise InputError("submit-portrait-changed", name=picture.name) from error
    return Artifact(
        kind=Kind.SOURCE, key=digest, digest=digest, size=size, suffix=suffix or picture_suffix(picture)
    )


def script_artifact(text: str) -> Artifact:
    """What a script is called in the store: its normalised text in UTF-8, named by its digest."""
    return _named(text, _SCRIPT_SUFFIX)


def store_script(store: Store, text: str) -> Artifact:
    """Keep a script in the store."""
    return _kept(store, text, _SCRIPT_SUFFIX)


def json_artifact(text: str) -> Artifact:
    """What a dictionary, a brief or a word list is called in the store: its JSON, named by its digest."""
    return _named(text, _JSON_SUFFIX)


def store_json(store: Store, text: str) -> Artifact:
    """Keep one of those in the store."""
    return _kept(store, text, _JSON_SUFFIX)


def picture_suffix(picture: Path) -> str:
    """The suffix that a portrait or background bears in the store; content tells the kind.

    A film's is that of its kind, and no picture bears one of these; a strange one is dropped.
    """
    if film := suffix_of(picture):
        return film
    suffix = picture.suffix.lower()
    return suffix if _PLAIN_SUFFIX.fullmatch(suffix) and not is_footage(suffix) else ".img"


def source_bytes(suffix: str, settings: Settings) -> int:
    """How large a portrait, background or recording may be that bears this suffix in the store."""
    limits = settings.limits
    if suffix in RECORDINGS:
        return limits.recording_bytes
    return limits.footage_bytes if is_footage(suffix) else limits.portrait_bytes


def _named(text: str, suffix: str) -> Artifact:
    data = text.encode()
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(kind=Kind.SOURCE, key=digest, digest=digest, size=len(data), suffix=suffix)


def _kept(store: Store, text: str, suffix: str) -> Artifact:
    def write(part: Path) -> None:
        part.write_bytes(text.encode())

    return store.put(Kind.SOURCE, _named(text, suffix).key, suffix, write)
