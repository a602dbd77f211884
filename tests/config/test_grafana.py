"""Grafana's dashboards: whole, readable, and about nothing that nobody tells."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.dashboards import GRAFANA, as_promql, dashboards, panels, questions
from tests.support.programs import require_program
from tests.support.promql import named, wrong

ALL = dashboards()
_RESERVED = {"row", "text"}
_EACH = pytest.mark.parametrize("name", ALL)


def _provisioned() -> dict[str, dict[str, Any]]:
    found = (GRAFANA / "provisioning" / "datasources").glob("*.yml")
    told = [each for path in found for each in yaml.safe_load(path.read_text("utf-8"))["datasources"]]
    return {each["uid"]: each for each in told}


def test_the_dashboards_that_are_promised_are_there() -> None:
    """Farm, GPUs, Hosts, Departments and Job, each under a uid of its own, in the folder that is loaded."""
    assert {board["uid"] for board in ALL.values()} == {
        f"lectern-{name}" for name in ("farm", "gpus", "hosts", "departments", "job")
    }
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/lectern.yml").read_text("utf-8"))
    assert [each["options"]["path"] for each in provider["providers"]] == ["/etc/grafana/dashboards"]


@_EACH
def test_panels_have_numbers_and_places_of_their_own(name: str) -> None:
    """No two panels have one number, overlap, or stand beside the grid of 24 cells."""
    found = list(panels(ALL[name]))
    assert len({panel["id"] for panel in found}) == len(found)
    taken: set[tuple[int, int]] = set()
    for panel in ALL[name]["panels"]:
        inner = panel.get("panels", [])
        for each in [panel, *inner]:
            at = each["gridPos"]
            cells = set(
                itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"]))
            )
            assert cells
            assert max(x for x, _ in cells) < 24
            assert not taken & cells, each["title"]
            taken |= cells


@_EACH
def test_a_panel_says_what_it_shows_and_in_which_unit(name: str) -> None:
    """Each has a title and plain sentences, asks something, and each series of its graphs has a name."""
    for panel in panels(ALL[name]):
        assert panel["title"]
        if panel["type"] in _RESERVED:
            continue
        assert re.fullmatch(r"\w.*[.]", panel["description"], re.DOTALL), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert [target["refId"] for target in panel["targets"]] == list("ABCDEFG")[: len(panel["targets"])]
        if panel["type"] == "timeseries" and len(panel["targets"]) > 1:
            assert all(target["legendFormat"] != "__auto" for target in panel["targets"]), panel["title"]


@_EACH
def test_what_a_dashboard_refers_to_is_there(name: str) -> None:
    """Variables are defined; data sources are those of the provisioning; links lead to dashboards of ours."""
    board = ALL[name]
    variables = {each["name"]: each for each in board["templating"]["list"]}
    sources = _provisioned()
    for each in variables.values():
        if each["type"] == "datasource":
            assert sources[each["current"]["value"]]["type"] == each["query"]
    told = json.dumps({key: board[key] for key in ("panels", "links", "annotations")})
    used = {name for pair in re.findall(r"\$\{(\w+)[:}]|\$(\w+)", told) for name in pair if name}
    assert {each for each in used if not each.startswith("__")} <= set(variables)
    assert {each for each in used if each.startswith("__")} <= {
        *("__data", "__field", "__range", "__rate_interval", "__unixEpochFrom", "__unixEpochTo")
    }
    assert set(re.findall(r"/d/([\w-]+)", told)) <= {each["uid"] for each in ALL.values()}
    assert set(re.findall(r"lectern-(?:prometheus|ledger|jaeger|loki)", told)) <= set(sources)


@_EACH
def test_every_metric_and_label_is_told_by_somebody(name: str) -> None:
    """What panels, pages and choices name stands in the catalogue, or is another program's that is known."""
    told = [(title, asked) for title, asked in questions(ALL[name], "expr")]
    told += [("annotations", each["expr"]) for each in ALL[name]["annotations"]["list"]]
    faults = {title: bad for title, asked in told if (bad := list(wrong(as_promql(asked))))}
    for each in ALL[name]["templating"]["list"]:
        if each["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", each["definition"]).groups()  # type: ignore[union-attr]
            if bad := list(wrong(f"sum by ({label}) ({metric})")):
                faults[each["name"]] = bad
    assert faults == {}


@_EACH
def test_a_series_is_named_by_labels_that_its_answer_has(name: str) -> None:
    """A legend's labels are those that the question keeps: an empty name tells nothing."""
    for panel in panels(ALL[name]):
        for target in panel.get("targets", ()):
            said = named(as_promql(target.get("expr", "")))
            wanted = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
            kept = said.grouped - {"le"} if said.grouped else wanted
            assert wanted <= kept, (panel["title"], target["expr"])


def test_what_expressions_name_is_found() -> None:
    """Metrics are told from labels, functions, words and durations; what nobody tells is named."""
    said = named(
        'sum by (le, stage) (rate(lectern_stage_duration_seconds_bucket{stage=~"a b"}[5m])) / on (x) y'
    )
    assert said.metrics == {"lectern_stage_duration_seconds_bucket", "y"}
    assert said.grouped == {"le", "stage", "x"}
    assert said.matched == {"lectern_stage_duration_seconds_bucket": {"stage"}}
    assert list(wrong("sum(lectern_films)")) == ["lectern_films: there is no such metric"]
    assert list(wrong('lectern_workers{stage="x"}')) == ["lectern_workers: has no label stage"]
    assert list(wrong("max by (device) (lectern_workers)")) == ["device: no metric here has it"]
    assert list(wrong("lectern_stage_duration_seconds")) == [
        "lectern_stage_duration_seconds: there is no such metric"
    ]
    assert not list(wrong("farm:films:rate5m > 3 and time() - 5 * 60 < inf", {"farm:films:rate5m"}))


def test_prometheus_understands_every_question(tmp_path: Path) -> None:
    """Each expression is PromQL, as `promtool` reads it."""
    promtool = require_program("promtool", package="prometheus")
    asked = {expr for board in ALL.values() for _, expr in questions(board, "expr")}
    rules = [
        {"record": f"asked:{number}", "expr": as_promql(each)} for number, each in enumerate(sorted(asked))
    ]
    file = tmp_path / "asked.yml"
    file.write_text(json.dumps({"groups": [{"name": "asked", "rules": rules}]}), "utf-8")
    done = subprocess.run(
        [promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(rules)} rules found" in done.stdout
