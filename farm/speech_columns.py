"""The columns that say what is heard: a recording, a brief, and what is checked of a voice."""

from __future__ import annotations

from farm.column import Column

SPEECH_COLUMNS: tuple[Column, ...] = ()
