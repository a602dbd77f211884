"""Which characters of a text a voice cannot say: one that is trained on letters knows those letters alone."""

from __future__ import annotations

import unicodedata


def unsayable(text: str, alphabet: str) -> tuple[str, ...]:
    """The characters that a voice leaves out, each once, in the order of the text.

    Capitals count as the small letters that they are spoken as, and the other way round; spaces, marks of
    punctuation and what has no shape of its own are no loss.

    Args:
        text: what the voice is given.
        alphabet: the characters that it can say; empty for any.
    """
    if not alphabet:
        return ()
    known = frozenset(alphabet) | frozenset(alphabet.lower()) | frozenset(alphabet.upper())
    plain = unicodedata.normalize("NFC", text)
    return tuple(dict.fromkeys(letter for letter in plain if letter not in known and _is_heard(letter)))


def is_silent(text: str, alphabet: str) -> bool:
    """Whether nothing of a text is left that a voice could say, although there is something to be said."""
    left_out = frozenset(unsayable(text, alphabet))
    heard = [letter for letter in unicodedata.normalize("NFC", text) if _is_heard(letter)]
    return bool(heard) and left_out.issuperset(heard)


def _is_heard(letter: str) -> bool:
    """Whether a character is a letter, a digit or a symbol such as a unit's."""
    return unicodedata.category(letter)[0] in "LNS"
