"""How what an extra of pyproject.toml brings is installed, for whoever lacks it."""

from __future__ import annotations

_CHECKOUT = "make models"


def how_to_install(*extras: str) -> str:
    """The two commands that install what extras for trained models bring, in the form that messages show.

    The first is for a checkout, whose lock files it follows; the second for wherever pip installed Lectern.

    Args:
        extras: names of extras in pyproject.toml.
    """
    return f"{_CHECKOUT} / pip install 'lectern[{','.join(extras)}]'"
