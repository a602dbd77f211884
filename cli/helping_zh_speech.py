"""The help of voices, people and scripts in simplified Chinese; a part of `cli.helping_zh`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.helping_zh.CHINESE`.
SPEECH: Mapping[str, str] = {}
