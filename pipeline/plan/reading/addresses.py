"""Addresses of the web, of mail and of machines, and versions: spelled as people read them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import regex

from pipeline.plan.reading.rules import Rule, rule

# Endings by which a name alone is known for an address; others need "www." or a scheme before them.
_ENDINGS = "com org net edu gov info io ai app dev biz co cn tw hk jp uk us de fr eu ca au in tv me"
_NAME = r"[\p{L}\d](?:[\p{L}\d-]*[\p{L}\d])?"
_ASCII_NAME = r"[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?"
_TAIL = r"(?:[/?\#][A-Za-z\d._~:/?\#\[\]@!$&'()*+,;=%-]*[A-Za-z\d/_=+-])?"
_HOST = rf"{_ASCII_NAME}(?:\.{_ASCII_NAME})+"
# An address begins and ends beside characters that are written without spaces as well.
_BEFORE, _AFTER = r"(?<![\p{Latin}\d_@.])", r"(?![\p{Latin}\d_])"
_APART = r"(?<![\p{Latin}\d_.,])"
_PROGRAMS = "[Vv]ersion|[Rr]elease|Python|iOS|iPadOS|macOS|Android|Ubuntu|Kubernetes|PyTorch"
_PARTS = regex.compile(r"\d+|[^\W\d_]+|.", regex.DOTALL)


def rules(
    words: Mapping[str, str], digits: Callable[[str], str], number: Callable[[str], str], *, gap: str
) -> list[Rule]:
    """Names of sites, pages and mailboxes in a language.

    Args:
        words: how each mark of an address is read; ``.`` and others.
        digits: reads digits one by one.
        number: reads a run of digits as one number.
        gap: what stands between words.
    """

    def spelled(text: str) -> str:
        parts = _PARTS.findall(text)
        told = (_run(part, digits, number) if part.isdigit() else words.get(part, part) for part in parts)
        return gap.join(told)

    def address(found: regex.Match[str]) -> str:
        return spelled(found["address"].rstrip("/"))

    return [
        rule(rf"{_BEFORE}(?P<address>[A-Za-z\d._%+-]+@{_HOST}){_AFTER}", address),
        rule(
            rf"(?<![\p{{Latin}}\d_@])(?:https?|ftp)://(?P<address>{_HOST}(?::\d+)?{_TAIL})",
            address,
            ignore_case=True,
        ),
        rule(rf"{_BEFORE}(?P<address>www\.{_HOST}{_TAIL})", address, ignore_case=True),
        rule(
            rf"{_BEFORE}(?P<address>(?:{_ASCII_NAME}\.)+(?:{'|'.join(_ENDINGS.split())})"
            rf"(?![\p{{Latin}}\d_-]|\.[\p{{Latin}}\d_]){_TAIL})",
            address,
        ),
    ]


def versions(
    words: Mapping[str, str], digits: Callable[[str], str], number: Callable[[str], str], *, gap: str
) -> list[Rule]:
    """Machines' addresses and numbers of versions; what may be a date is one, so dates come before.

    Args:
        words: how ``.``, a version's ``point`` and ``version`` are read.
        digits: as in `rules`.
        number: as in `rules`.
        gap: as in `rules`.
    """

    def machine(found: regex.Match[str]) -> str | None:
        groups = found[0].split(".")
        if any(int(group) > 255 for group in groups):  # noqa: PLR2004 - of one byte
            return None
        return f"{gap}{words['.']}{gap}".join(digits(group) for group in groups)

    def version(found: regex.Match[str]) -> str:
        groups = f"{gap}{words['point']}{gap}".join(
            _run(group, digits, number) for group in found["number"].split(".")
        )
        return f"{words['version']}{gap}{groups}" if found["v"] else groups

    def named(found: regex.Match[str]) -> str:
        return f"{gap}{words['point']}{gap}".join(map(number, found["number"].split(".")))

    return [
        # Of a program 3.10 is the tenth after 3.0.
        rule(rf"(?<=\b(?:{_PROGRAMS})\ |版本\ ?)(?P<number>\d+\.[1-9]\d+){_AFTER}(?![.,]\d)", named),
        rule(rf"{_APART}\d{{1,3}}(?:\.\d{{1,3}}){{3}}{_AFTER}(?![.,]\d)", machine),
        rule(rf"{_APART}(?P<v>[vV]\.?)(?P<number>\d+(?:\.\d+)+){_AFTER}", version),
        rule(rf"{_APART}(?P<v>)(?P<number>\d+(?:\.\d+){{2,}}){_AFTER}", version),
    ]


def _run(text: str, digits: Callable[[str], str], number: Callable[[str], str]) -> str:
    """A short run of digits is a number, a long one, or one with a zero before it, its digits."""
    return digits(text) if len(text) > 4 or (text[0] == "0" and len(text) > 1) else number(text)  # noqa: PLR2004
