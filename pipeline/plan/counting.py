"""Words with numbers in them: one film, two films, none."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any, Final

_CHOICE: Final = "|"
_NUMBER: Final = "#"


class _Counting(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as the library has it
        if _CHOICE not in format_spec:
            return str(super().format_field(value, format_spec))
        *none, one, many = format_spec.split(_CHOICE)
        told = str(value)
        chosen = one if told == "1" else none[0] if none and told == "0" else many
        return chosen.replace(_NUMBER, told)


_COUNTING: Final = _Counting()


def filled(words: str, values: Mapping[str, object]) -> str:
    """Words with values in their placeholders; those that count choose what fits their number.

    ``{films:# film|# films}`` is ``1 film`` or ``2 films``; with three choices the first one is for none:
    ``{begin:None begins|1 begins|# begin}``. A language that tells no number from another just names the
    value.

    Raises:
        KeyError: a placeholder has no value.
    """
    return _COUNTING.vformat(words, (), values) if _CHOICE in words else words.format_map(values)
