"""Grafana's dashboards as they stand in config/grafana, for tests that look into them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "config" / "grafana"
#: What Grafana fills in by itself, as it stands in PromQL.
_BY_ITSELF = re.compile(r"\$__(rate_interval|interval|range)\b")


def dashboards() -> Mapping[str, dict[str, Any]]:
    """All dashboards, by the names of their files."""
    found = sorted((GRAFANA / "dashboards").glob("*.json"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in found}


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All panels of a dashboard, those of folded rows, too, and the rows themselves."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", ())


def questions(dashboard: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    """The titles of panels with what they ask: of ``expr`` in PromQL, of ``rawSql`` in SQL."""
    for panel in panels(dashboard):
        for target in panel.get("targets", ()):
            if key in target:
                yield panel["title"], target[key]


def as_promql(expression: str) -> str:
    """An expression as Prometheus gets it while all is chosen that there is."""
    return re.sub(r"\$\w+", ".*", _BY_ITSELF.sub("5m", expression))


def as_sql(question: str, film: str) -> str:
    """A question as PostgreSQL gets it while all time until the year 2038 is looked at."""
    quoted = "'" + film.replace("'", "''") + "'"
    filled = question.replace("${film:sqlstring}", quoted)
    return filled.replace("$__unixEpochFrom()", "0").replace("$__unixEpochTo()", "2147483647")
