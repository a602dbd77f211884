"""Ask a Prometheus and a ledger what Grafana's dashboards ask, and print each panel's answer.

    make dashboards-check ARGS="--prometheus http://127.0.0.1:9090 --ledger postgresql+psycopg://..."

A panel without an answer is EMPTY: there is nothing of its kind (no card, no window), or nobody tells it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from sqlalchemy import Engine, create_engine

FOLDER = Path(__file__).resolve().parents[1] / "config" / "grafana" / "dashboards"
_TIMEOUT_S = 30
#: So many series' last values are printed of an answer.
_FEW = 4
_STEP_S = 15


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a question was answered.

    Attributes:
        rows: how many series, or lines of a table.
        last: the highest few of them with their last values, or the first lines.
        error: what was wrong with the question; empty: nothing.
        took_s: how long it took, in seconds.
    """

    rows: int = 0
    last: str = ""
    error: str = ""
    took_s: float = 0.0


def main() -> int:
    """Print every panel with its answer; 1 if a question was refused."""
    parser = argparse.ArgumentParser(description="Ask what Grafana's dashboards ask.")
    parser.add_argument("--prometheus", help="such as http://127.0.0.1:9090")
    parser.add_argument("--ledger", help="SQLAlchemy URL of a ledger on PostgreSQL, best as lectern_viewer")
    parser.add_argument("--film", default="1", help="a job's number or trace id, for the dashboard Job")
    parser.add_argument("--minutes", type=int, default=60, help="the time that is looked at")
    parser.add_argument("--json", type=Path, help="a file for the answers, for machines")
    given = parser.parse_args()
    engine = create_engine(given.ledger) if given.ledger else None
    found: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.json")):
        print(f"\n{path.stem}")
        for panel, target in _targets(json.loads(path.read_text("utf-8"))["panels"]):
            answer = _answer(target, given, engine)
            if answer is None:
                continue
            told = answer.error or (answer.last if answer.rows else "EMPTY")
            where = f"{panel[:34]:34} {target['refId']}"
            print(f"  {where} {answer.rows:4d}  {answer.took_s * 1000:5.0f} ms  {told}")
            found.append({"dashboard": path.stem, "panel": panel, "ref": target["refId"], **vars(answer)})
    if engine is not None:
        engine.dispose()
    empty, refused = sum(not one["rows"] for one in found), sum(bool(one["error"]) for one in found)
    print(f"\n{len(found)} questions, {empty} without an answer, {refused} refused")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), "utf-8")
    return 1 if refused else 0


def _targets(panels: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for panel in panels:
        for target in panel.get("targets", ()):
            yield panel["title"], target
        yield from _targets(panel.get("panels", ()))


def _answer(target: Mapping[str, Any], given: argparse.Namespace, engine: Engine | None) -> Answer | None:
    """The answer to one question; None: nobody is there to ask."""
    began = time.monotonic()
    if "expr" in target and given.prometheus:
        answer = _of_prometheus(given.prometheus, target, given.minutes)
    elif "rawSql" in target and engine is not None:
        answer = _of_ledger(engine, target["rawSql"], given.film, given.minutes)
    else:
        return None
    return Answer(**{**vars(answer), "took_s": time.monotonic() - began})


def _of_prometheus(url: str, target: Mapping[str, Any], minutes: int) -> Answer:
    asked = re.sub(r"\$__(rate_)?interval\b", "1m", target["expr"]).replace("$__range", f"{minutes}m")
    asked = re.sub(r"\$\w+", ".*", asked)
    now = time.time()
    question: dict[str, Any] = {"query": asked}
    if not target["instant"]:
        question |= {"start": now - 60 * minutes, "end": now, "step": _STEP_S}
    place = "query" if target["instant"] else "query_range"
    try:
        asked = f"{url}/api/v1/{place}?{urlencode(question)}"
        with urlopen(asked, timeout=_TIMEOUT_S) as told:  # noqa: S310 - the address is given
            result = json.load(told)["data"]["result"]
    except HTTPError as refused:
        return Answer(error=json.load(refused)["error"])
    highest = sorted(result, key=_last, reverse=True)
    return Answer(rows=len(result), last=", ".join(_series(each) for each in highest[:_FEW]))


def _last(told: Mapping[str, Any]) -> float:
    value = told["value"] if "value" in told else told["values"][-1]
    return float(value[1])


def _series(told: Mapping[str, Any]) -> str:
    labels = ",".join(f"{value}" for name, value in sorted(told["metric"].items()) if name != "__name__")
    return f"{labels or 'all'}={_last(told):.4g}"


def _of_ledger(engine: Engine, question: str, film: str, minutes: int) -> Answer:
    quoted = "'" + film.replace("'", "''") + "'"
    now = int(time.time())
    asked = question.replace("${film:sqlstring}", quoted).replace("$__unixEpochTo()", str(now))
    asked = asked.replace("$__unixEpochFrom()", str(now - 60 * minutes)).replace("%", "%%")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(asked).mappings().all()
    return Answer(rows=len(rows), last="; ".join(_line(dict(row)) for row in rows[:2]))


def _line(row: Mapping[Any, Any]) -> str:
    return " ".join(
        f"{name}={value:.5g}" if isinstance(value, Decimal) else f"{name}={value}"
        for name, value in row.items()
        if value not in {None, ""}
    )[:160]


if __name__ == "__main__":
    sys.exit(main())
