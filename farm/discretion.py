"""What is cut out of log lines before anybody can read them: what people wrote, and what opens doors.

Names of fields cannot tell: a sentence of a script may stand in a library's exception, a password in the URL
that a driver could not reach. So what is private is known by itself. What is left are single ordinary words
of a script, outside of the facts that are made to hold one.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.plan.job import JobSpec

#: What stands in the place of what was cut.
CUT = "[cut]"
#: Facts that quote people, by their names in the catalogue of errors: cut also where they are one word.
QUOTING = frozenset({"expected", "heard", "said", "sentence", "shown", "spoken", "text", "word"})

# Whoever may enter stands between "://" and the last "@" before the path.
_ENTRY = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/'\"<>]*@", re.IGNORECASE)
# A word; a letter by itself of those scripts that put no space between words.
_TOKEN = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
#: So much in a row is no chance: two words or three, four letters of Chinese.
_TELLING = 12
_OF_A_LETTER = 3
#: A title or a password that is shorter is found in too much else.
_SHORTEST = 6
#: A part of an address's path that is longer is a key, as chat robots have them.
_KEY = 16


class Texts:
    """What people wrote for a film; read when the first line asks for it.

    Args:
        whole: what is cut as it stands, such as a title, wherever it is at least six letters long.
        running: reads what is cut by as much as two words of it in a row, such as a script.
    """

    def __init__(self, whole: Iterable[str], running: Callable[[], Iterable[str]]) -> None:
        self._whole = _longest_first(whole)
        self._running = running

    def __reduce__(self) -> tuple[type[Texts], tuple[tuple[str, ...], Callable[[], Iterable[str]]]]:
        """As it is told another process, which reads what it needs by itself."""
        return Texts, (self._whole, self._running)

    @cached_property
    def _runs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(
            run for text in self._running() for _, _, run in _runs_of(list(_TOKEN.finditer(text)))
        )

    def cut(self, line: str) -> str:
        """The line without them."""
        for text in self._whole:
            line = line.replace(text, CUT)
        tokens = list(_TOKEN.finditer(line))
        told: list[str] = []
        end = 0
        for begin, until, run in _runs_of(tokens):
            if run in self._runs and until > end:
                told += [line[end:begin], "" if told and begin <= end else CUT]
                end = until
        return "".join((*told, line[end:]))


def written_for(spec: JobSpec, store: Path) -> Texts:
    """What people wrote for a film: its title, its wishes, and its script, brief and dictionary."""
    files = [store / each.path for each in (spec.script, spec.brief, spec.lexicon) if each is not None]
    return Texts((spec.title, *spec.options.values()), partial(_read, files))


def _read(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        # What cannot be read here, the step cannot quote either.
        with contextlib.suppress(OSError, ValueError):
            yield file.read_text("utf-8")


def without_secrets(line: str, secrets: Collection[str]) -> str:
    """The line without these, and without what lets somebody in by a URL."""
    for secret in secrets:
        line = line.replace(secret, CUT)
    return _ENTRY.sub(rf"\1{CUT}@", line)


def secrets_in(values: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    """What opens doors among settings: passwords, and parts of addresses, the longest first."""
    return _longest_first(secret for name, value in values for secret in _opening(name, str(value)))


def _opening(name: str, value: str) -> Iterator[str]:
    if name.endswith(("password", "secret", "token")):
        yield value
    if "://" not in value:
        return
    # Several addresses may stand in one setting.
    for address in re.split(r"[\s,;]+", value):
        try:
            parts = urlsplit(address)
            found = [parts.password or "", *(value for _, value in parse_qsl(parts.query))]
        except ValueError:
            continue
        found += [
            part for part in parts.path.split("/") if len(part) >= _KEY and parts.scheme.startswith("http")
        ]
        for each in found:
            yield from (each, unquote(each))


def _longest_first(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        sorted({each for each in texts if len(each) >= _SHORTEST}, key=lambda each: (-len(each), each))
    )


def _runs_of(tokens: list[re.Match[str]]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The shortest telling runs of words from each one on: where each begins and ends, and its words."""
    for first in range(len(tokens)):
        weight = 0
        for last in range(first, len(tokens)):
            word = tokens[last][0]
            weight += len(word) if word.isascii() else _OF_A_LETTER * len(word)
            if weight >= _TELLING and (last > first or not word.isalpha()):
                run = tuple(token[0].casefold() for token in tokens[first : last + 1])
                yield tokens[first].start(), tokens[last].end(), run
                break
