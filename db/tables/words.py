"""Departments' own words: those that no script may hold, and how others are pronounced."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Named, String, Table, Text, TypedColumns

from db.tables.orders import departments
from db.tables.schema import Id, metadata


class StopwordColumns(TypedColumns):
    """A word that no script of a department may hold; folded as it is looked for."""

    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), primary_key=True)
    folded: Named[str] = Column(String(200), primary_key=True)
    word: Named[str] = Column(Text, nullable=False)


stopwords = Table("stopwords", metadata, StopwordColumns)


class LexiconColumns(TypedColumns):
    """How a department has a word pronounced: as another text, or by phonemes; the other one is empty."""

    department_id: Named[int] = Column(Id, ForeignKey(departments.c.id), primary_key=True)
    language: Named[str] = Column(String(35), primary_key=True)
    folded: Named[str] = Column(String(200), primary_key=True)
    word: Named[str] = Column(Text, nullable=False)
    said: Named[str] = Column(Text, nullable=False)
    ipa: Named[str] = Column(Text, nullable=False)


lexicon = Table("lexicon", metadata, LexiconColumns)
