"""Promises about Prometheus's and Alertmanager's configuration: what is watched, and who is told."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from farm.bootstrap import settings_of
from farm.meters import METERS, Teller
from tests.support.programs import require_program
from tests.support.promql import labels_of, named

_ROOT = Path(__file__).parents[2]
_PROMETHEUS = _ROOT / "config" / "prometheus"
_ALERTMANAGER = _ROOT / "config" / "alertmanager" / "alertmanager.yml"
_RUNBOOK = _ROOT / "docs" / "operations.md"
_CASES = sorted(_PROMETHEUS.glob("alerts/tests/*.yml"))
#: What always fires; nobody is called while it does.
_HEARTBEAT = "Watchdog"


@cache
def _read(path: Path) -> Any:  # noqa: ANN401 - what YAML holds
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def _rules() -> Iterator[Mapping[str, Any]]:
    for path in (_PROMETHEUS / "records.yml", *sorted(_PROMETHEUS.glob("alerts/*.yml"))):
        for group in _read(path)["groups"]:
            yield from group["rules"]


ALERTS = {rule["alert"]: rule for rule in _rules() if "alert" in rule}
#: What is recorded, with the labels that it keeps.
_RECORDS = {rule["record"]: named(rule["expr"]).grouped - {"le"} for rule in _rules() if "record" in rule}


def _run(program: str, *words: str | Path, package: str, place: Path) -> str:
    """What a program says that has to be content."""
    # It is short-lived: looking for garbage would take half of its time.
    environment = {**os.environ, "TMPDIR": str(place), "GOGC": "400"}
    done = subprocess.run(
        [require_program(program, package=package), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def test_prometheus_takes_the_whole_configuration(tmp_path: Path) -> None:
    """Scrape jobs, targets, records and alerts, without a warning."""
    said = _run(
        "promtool", "check", "config", _PROMETHEUS / "prometheus.yml", package="prometheus", place=tmp_path
    )
    assert re.findall(r"(\d+) rule files found", said) == [
        str(1 + len(list(_PROMETHEUS.glob("alerts/*.yml"))))
    ]
    assert sum(map(int, re.findall(r"(\d+) rules found", said))) == len(list(_rules()))
    assert "WARNING" not in said


def test_every_alert_fires_when_it_should_and_not_before(tmp_path: Path) -> None:
    """The unit tests of the alerts hold: thresholds, `for`, labels and words."""
    _run("promtool", "test", "rules", *_CASES, package="prometheus", place=tmp_path)


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_every_alert_has_its_unit_tests(name: str) -> None:
    """In one it fires with all its words, at the end of `for` and not before; in another it must not."""
    asked = [
        (check, test)
        for path in _CASES
        for test in _read(path)["tests"]
        for check in test["alert_rule_test"]
        if check["alertname"] == name
    ]
    fired = [(check, test) for check, test in asked if check["exp_alerts"]]
    for check, _ in fired:
        for each in check["exp_alerts"]:
            assert {"summary", "description", "runbook"} == each["exp_annotations"].keys()
            assert "<no value>" not in str(each)
    assert fired
    if name == _HEARTBEAT:
        return
    silent = [test for check, test in asked if not check["exp_alerts"]]
    assert any(test == firing for test in silent for _, firing in fired), "`for` is not tested"
    assert any(test != firing for test in silent for _, firing in fired), (
        "nothing tells what does not fire it"
    )


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_every_alert_says_how_grave_it_is_and_what_to_do(name: str) -> None:
    """It pages or is a ticket, waits for a while, and leads to its own section of the runbook."""
    alert = ALERTS[name]
    assert alert["annotations"].keys() == {"summary", "description", "runbook"}
    assert alert["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"
    if name == _HEARTBEAT:
        assert alert["labels"] == {"severity": "none"}
    else:
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"[1-9]\d*[mh]", alert["for"])


def test_every_metric_and_label_is_told_by_somebody() -> None:
    """What rules and their words name is the farm's own, or another program's that is known."""
    for rule in _rules():
        said = named(rule["expr"])
        known: dict[str, frozenset[str]] = {}
        for metric in said.metrics:
            labels = _RECORDS.get(metric, labels_of(metric))
            assert labels is not None, (rule["expr"], metric)
            assert said.matched.get(metric, frozenset()) <= labels, (rule["expr"], metric)
            known[metric] = labels
        every = frozenset[str]().union(*known.values())
        assert said.grouped <= every, rule["expr"]
        words = " ".join(rule.get("annotations", {}).values())
        assert set(re.findall(r"\$labels\.(\w+)", words)) <= every, words


def test_a_hand_over_is_no_end_of_trouble() -> None:
    """What the leader alone tells is missing while another takes over: those alerts fire on meanwhile."""
    made_of = {rule["record"]: named(rule["expr"]).metrics for rule in _rules() if "record" in rule}
    led = {each.name for each in METERS.values() if each.teller is Teller.LEADER}
    for name, alert in ALERTS.items():
        asked = named(alert["expr"]).metrics
        metrics = frozenset[str]().union(*(made_of.get(each, {each}) for each in asked))
        assert ("keep_firing_for" in alert) is bool(metrics & led), name


def test_the_runbook_has_a_section_for_each_alert_and_for_nothing_else() -> None:
    """What it means, what users see, a first look, which is a command, and what to do; how grave it is."""
    page = _RUNBOOK.read_text("utf-8").partition("\n## Alerts\n")[2]
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", page, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(ALERTS)
    for name, text in sections.items():
        flat = " ".join(text.split())
        parts = re.findall(r"\*\*(It means|Users see|First look|Do)\*\*([^*]+)", flat)
        assert [part for part, _ in parts] == ["It means", "Users see", "First look", "Do"], name
        first = dict(parts)["First look"]
        assert "`" in first, name
        grave = {"page": "*Page", "ticket": "*Ticket", "none": "Always"}[ALERTS[name]["labels"]["severity"]]
        assert flat.startswith(grave), name


def test_what_is_recorded_is_named_by_level_metric_and_operation() -> None:
    """As Prometheus's page on recording rules has it; none twice, and each is asked for."""
    names = [rule["record"] for rule in _rules() if "record" in rule]
    assert all(re.fullmatch(r"[a-z_]+:[a-zA-Z_]+:[a-z0-9_]+", name) for name in names)
    assert len(set(names)) == len(names)
    assert set(names) <= frozenset[str]().union(*(named(rule["expr"]).metrics for rule in ALERTS.values()))


def test_targets_stand_in_files_at_the_ports_that_are_the_defaults() -> None:
    """Each job has its file for a plain host and for Compose; the farm's ports are those of `[metrics]`."""
    document = _read(_PROMETHEUS / "prometheus.yml")
    jobs = {job["job_name"]: job for job in document["scrape_configs"]}
    assert list(jobs) == [
        *("lectern-dispatcher", "lectern-worker", "lectern-watchdog"),
        *("node", "dcgm", "prometheus", "alertmanager"),
    ]
    knobs = settings_of({}).metrics
    ports = {
        "lectern-dispatcher": knobs.dispatcher_port,
        "lectern-worker": knobs.worker_port,
        "lectern-watchdog": knobs.watchdog_port,
    }
    for name, job in jobs.items():
        assert job["file_sd_configs"] == [{"files": [f"targets/{name}.yml"]}]
        assert job.get("basic_auth", {}).get("username") == ("lectern" if name in ports else None)
        for folder in ("targets", "targets-compose"):
            found = [
                target for group in _read(_PROMETHEUS / folder / f"{name}.yml") for target in group["targets"]
            ]
            assert {int(target.rpartition(":")[2]) for target in found} <= {
                ports.get(name, 0)
            } or name not in ports


def test_alertmanager_takes_its_configuration(tmp_path: Path) -> None:
    """Receivers by mail and webhook, routes and inhibitions."""
    said = _run("amtool", "check-config", _ALERTMANAGER, package="prometheus-alertmanager", place=tmp_path)
    assert "3 receivers" in said


@pytest.mark.parametrize(
    ("severity", "name", "receiver"),
    [
        ("page", "LecternRedisAway", "page"),
        ("ticket", "LecternDeadLetters", "ticket"),
        ("none", _HEARTBEAT, "heartbeat"),
        ("odd", "SomebodyElse", "ticket"),
    ],
)
def test_who_is_told(severity: str, name: str, receiver: str, tmp_path: Path) -> None:
    """Pages wake, tickets are read by day, the heartbeat goes where it is missed; nothing goes nowhere."""
    told = [f"severity={severity}", f"alertname={name}", "farm=lectern"]
    words = ["config", "routes", "test", f"--config.file={_ALERTMANAGER}", f"--verify.receivers={receiver}"]
    _run("amtool", *words, *told, package="prometheus-alertmanager", place=tmp_path)


def test_only_alerts_that_there_are_keep_others_quiet_and_none_the_heartbeat() -> None:
    """An inhibition of an alert that was renamed would do nothing; none concerns itself or the heartbeat."""
    for rule in _read(_ALERTMANAGER)["inhibit_rules"]:
        causes, effects = (_chosen(rule[f"{which}_matchers"]) for which in ("source", "target"))
        assert causes
        assert effects
        assert not causes & effects
        assert _HEARTBEAT not in causes | effects
        assert rule["equal"][0] == "farm"


def _chosen(matchers: list[str]) -> set[str]:
    """The alerts that matchers of `alertname` choose; each name that they list is one."""
    chosen = set(ALERTS)
    for matcher in matchers:
        sign, pattern = re.fullmatch(r'alertname (=|!=|=~) "(.+)"', matcher).groups()  # type: ignore[union-attr]
        listed = [re.compile(each) for each in pattern.split("|")]
        for each in listed:
            assert any(map(each.fullmatch, ALERTS)), each.pattern
        among = {name for name in ALERTS if any(each.fullmatch(name) for each in listed)}
        chosen = chosen - among if sign == "!=" else chosen & among
    return chosen


def test_no_secret_stands_in_the_configuration() -> None:
    """Passwords and tokens are read from files."""
    secret = re.compile(r"(\w*(?:password|credentials|token|secret)\w*): ([^\s}]+)")
    for path in (_PROMETHEUS / "prometheus.yml", _ALERTMANAGER):
        found = secret.findall(path.read_text("utf-8"))
        assert found
        for name, value in found:
            assert name.endswith("_file"), name
            assert value.startswith("/run/secrets/"), value
