"""`lectern pronounce`: how a department has words pronounced."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.options import terminal_of
from farm import lexicon
from farm.bootstrap import open_farm
from farm.departments import DEPARTMENT
from pipeline.plan.lexicon import Entry

Word = Annotated[str, typer.Argument(metavar="WORD", help="As it stands in scripts.")]
Language = Annotated[str, typer.Option("--language", "-l", help="Of which language, such as en or zh.")]
Department = Annotated[str, typer.Option("--department", help="Whose scripts.")]


def list_(
    context: typer.Context,
    *,
    language: Annotated[
        str, typer.Option("--language", "-l", help="Only words of this language, such as en or zh.")
    ] = "",
    department: Department = DEPARTMENT,
) -> Exit:
    """List the words that are pronounced in a way of their own."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        entries = lexicon.listed(farm, department, language=language)
    document = {"kind": "pronunciations", "department": department, "words": list(map(_told, entries))}
    rows = [(clean(each.word), each.language, clean(each.said or f"[{each.ipa}]")) for each in entries]
    lines = [terminal.words("pronounced-none", department=clean(department))]
    table = [terminal.table("word", "language", "pronounced", rows=rows)]
    terminal.answer(document, table if rows else lines)
    return Exit.OK


def add(
    context: typer.Context,
    word: Word,
    *,
    language: Language,
    as_: Annotated[str, typer.Option("--as", help="The text that is spoken instead.")] = "",
    ipa: Annotated[
        str, typer.Option("--ipa", help="Its sounds in the International Phonetic Alphabet.")
    ] = "",
    department: Department = DEPARTMENT,
) -> Exit:
    """Have a word pronounced as another text, or by its sounds, from now on.

    Captions show the word as it is written. A word with capitals means that spelling alone. Batches that are
    queued already go on as they are; `lectern say` lets you hear it.
    """
    with open_farm() as farm:
        entry = Entry(word=word, language=language, said=as_, ipa=ipa)
        kept = lexicon.add(farm, department, entry)
    terminal = terminal_of(context)
    how = clean(kept.said or f"[{kept.ipa}]")
    told = terminal.words("pronounced-so", word=clean(kept.word), language=kept.language, how=how)
    terminal.answer({"kind": "pronunciation", "department": department, **_told(kept)}, [told])
    return Exit.OK


def remove(
    context: typer.Context, word: Word, *, language: Language, department: Department = DEPARTMENT
) -> Exit:
    """Have a word read as it is written again."""
    with open_farm() as farm:
        lexicon.remove(farm, department, word, language)
    terminal = terminal_of(context)
    document = {
        "kind": "pronunciation-removed",
        "department": department,
        "word": word,
        "language": language,
    }
    told = terminal.words("pronounced-no-more", word=clean(word), language=clean(language))
    terminal.answer(document, [told])
    return Exit.OK


def _told(entry: Entry) -> dict[str, str]:
    return {"word": entry.word, "language": entry.language, "said": entry.said, "ipa": entry.ipa}
