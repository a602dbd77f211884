"""Languages as Whisper names them, and as BCP 47 does."""

from __future__ import annotations

from collections.abc import Collection, Mapping

#: Tags of BCP 47 whose language Whisper knows by another code.
_CODES: Mapping[str, str] = {
    "cmn": "zh",
    "jv": "jw",
    "nb": "no",
    "fil": "tl",
    "zsm": "ms",
    "iw": "he",
    "in": "id",
    "ji": "yi",
}
#: Whisper's codes that mean another language in BCP 47, or none.
_TAGS: Mapping[str, str] = {"jw": "jv"}


def tag_of(code: str) -> str:
    """The BCP 47 tag of one of Whisper's codes."""
    return _TAGS.get(code, code)


def hears(tag: str, known: Collection[str]) -> bool:
    """Whether a language is one of those that a model's card lists, each as `tag_of` gives it."""
    return code_of(tag, [_CODES.get(each, each) for each in known]) is not None


def code_of(tag: str, known: Collection[str]) -> str | None:
    """Whisper's code for a BCP 47 tag such as ``zh-CN``; None unless it is one of the known codes."""
    parts = tag.replace("_", "-").lower().split("-")
    # Cantonese may be written as a kind of Chinese; only later models tell it from Mandarin.
    extended = [part for part in parts[1:2] if parts[0] == "zh" and part in known]
    code = extended[0] if extended else _CODES.get(parts[0], parts[0])
    return code if code in known else None
