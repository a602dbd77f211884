"""The one catalogue of every error and warning that a person may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.plan.errors import Fact, LecternError
from pipeline.plan.messages import (
    accounts,
    archive,
    backup,
    captions,
    card,
    command,
    delivery,
    department,
    engine,
    face,
    face_engine,
    farm,
    film,
    hearing,
    hearing_choice,
    label,
    ledger,
    manifest,
    manifest_tables,
    manifest_values,
    media,
    metrics,
    model_fetch,
    model_folders,
    model_records,
    models,
    nightly,
    notices,
    operator,
    people,
    portrait,
    posts,
    reading,
    recording,
    script,
    sending,
    speech_models,
    stops,
    store,
    submit,
    usage,
    verify,
    voice,
    voice_models,
    windows,
    writer,
    writing,
)
from pipeline.plan.messages.model import Message, Text
from pipeline.plan.messages.system import in_chinese

Language = Literal["en", "zh"]

_ROOMS = (
    accounts,
    archive,
    backup,
    captions,
    card,
    command,
    delivery,
    department,
    engine,
    face,
    face_engine,
    farm,
    film,
    hearing,
    hearing_choice,
    label,
    ledger,
    manifest,
    manifest_tables,
    manifest_values,
    media,
    metrics,
    model_fetch,
    model_folders,
    model_records,
    models,
    nightly,
    notices,
    operator,
    people,
    portrait,
    posts,
    reading,
    recording,
    script,
    sending,
    speech_models,
    stops,
    store,
    submit,
    usage,
    verify,
    voice,
    voice_models,
    windows,
    writer,
    writing,
)

CATALOGUE: Mapping[str, Message] = {m.code: m for room in _ROOMS for m in room.MESSAGES}


def text(code: str, language: Language) -> Text:
    """The words of a message, with its placeholders still in them.

    Raises:
        KeyError: no such code; a test holds every code used in the house to the catalogue.
    """
    message = CATALOGUE[code]
    return message.zh if language == "zh" else message.en


def filled(code: str, facts: Mapping[str, Fact], language: Language) -> tuple[str, str]:
    """What happened, and what to do about it, each with its facts in the reader's language.

    Raises:
        KeyError: no such code, or a fact is missing.
    """
    words = text(code, language)
    told = in_chinese(facts) if language == "zh" else facts
    return words.what.format_map(told), words.cure.format_map(told)


def remembered(code: str, facts: Mapping[str, Fact], language: Language) -> tuple[str, str]:
    """As `filled`, of a message that was stored; without words for it, or a fact, it is told as it is.

    Another version may have stored it, or an engine of somebody else.
    """
    try:
        return filled(code, facts, language)
    except KeyError:
        return str(LecternError(code, **facts)), ""


def tell(code: str, facts: Mapping[str, Fact], language: Language) -> str:
    """What happened and what to do about it, as one line for a person."""
    gap = "" if language == "zh" else " "
    return gap.join(filled(code, facts, language))
