"""docker-compose.yml as Compose reads it: parsed, with what `.env` says put in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "config" / "docker"
#: What our services begin with; all others are images of others.
OURS = "lectern:"
_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>[A-Z_]+)(?:(?P<how>:-|:\?)(?P<word>[^}]*))?\}")


def composed(given: Mapping[str, str], path: Path = ROOT / "docker-compose.yml") -> dict[str, Any]:
    """A Compose file's document.

    Args:
        given: what `.env` says.
        path: the file.
    """
    return _filled(yaml.safe_load(path.read_text("utf-8")), given)


def names(path: Path = ROOT / "docker-compose.yml") -> set[str]:
    """Every variable that a Compose file asks `.env` for."""
    return {each["name"] for each in _VARIABLE.finditer(path.read_text("utf-8")) if each["name"]}


def example() -> dict[str, str]:
    """What `.env.example` says."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in pairs}  # noqa: C416 - of lists, which dict() takes for no pairs


def ours(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run Lectern."""
    return {name: each for name, each in document["services"].items() if each["image"].startswith(OURS)}


def image_environment() -> dict[str, str]:
    """What every image of ours sets in its environment."""
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    stage = text.split(" AS ground\n")[1].split("\nFROM ")[0]
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)$", stage, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in block.replace("\\\n", " ").split())


def seconds(duration: str) -> float:
    """A duration as Compose writes it, such as 3m or 90s."""
    units = {"s": 1, "m": 60, "h": 3600}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"(\d+)([smh])", duration))


def _filled(value: Any, given: Mapping[str, str]) -> Any:  # noqa: ANN401 - a document of YAML's
    if isinstance(value, dict):
        return {name: _filled(each, given) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, given) for each in value]
    if not isinstance(value, str):
        return value

    def found(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        word = match["word"] if match["how"] == ":-" else ""
        return given.get(match["name"]) or word

    return _VARIABLE.sub(found, value)
