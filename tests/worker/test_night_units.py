"""Promises about what begins a night by itself: systemd, cron and Kubernetes."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from cli.main import COMMANDS
from farm.bootstrap import settings_of

_CONFIG = Path(__file__).parents[2] / "config"
_CRONJOB = _CONFIG / "kubernetes" / "base" / "nightly-cronjob.yaml"
_LONGEST_S = 3600 * settings_of({}).nightly.longest_hours


def _unit(name: str, section: str) -> configparser.SectionProxy:
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str  # type: ignore[method-assign,assignment]
    parsed.read_string((_CONFIG / "systemd" / name).read_text("utf-8"))
    return parsed[section]


def _is_ours(command: list[str]) -> bool:
    """Whether a command is one of the program's."""
    return Path(command[0]).name == "lectern" and command[1:] == ["nightly"] and "nightly" in COMMANDS


def test_the_timer_begins_the_night_in_a_zone_and_late_if_it_must() -> None:
    """Where the host was off, the night begins when it is on again; nothing begins it twice."""
    timer, service = _unit("lectern-nightly.timer", "Timer"), _unit("lectern-nightly.service", "Service")
    assert timer["Unit"] == "lectern-nightly.service"
    assert timer["Persistent"] == "true"
    assert ZoneInfo(timer["OnCalendar"].split()[-1]).key == "Asia/Shanghai"
    assert _is_ours(service["ExecStart"].split())
    assert (service["Type"], service["TimeoutStartSec"]) == ("oneshot", "infinity")
    assert "Restart" not in service


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_time() -> None:
    """Every evening, by the clock of that zone."""
    when = _unit("lectern-nightly.timer", "Timer")["OnCalendar"]
    told = subprocess.run(
        ["systemd-analyze", "calendar", when],  # noqa: S607 - found above
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert f"Normalized form: {when}" in told.stdout


def test_cron_begins_the_night() -> None:
    """One line with five times, a user and the command; no sign that cron would take for an end of line."""
    lines = (_CONFIG / "cron" / "lectern.crontab").read_text("utf-8").splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and "=" not in line.split()[0]]
    (job,) = jobs
    minute, hour, *days, user, program, command = job.split()
    assert (int(minute), int(hour), days, user) == (55, 21, ["*", "*", "*"], "lectern")
    assert _is_ours([program, command])
    assert "%" not in job
    variables = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    assert {"LECTERN_HOME", "MAILTO", "PATH"} <= set(variables)


@pytest.fixture(scope="module")
def cronjob() -> Any:  # noqa: ANN401 - whatever YAML says
    """The CronJob."""
    return yaml.safe_load(_CRONJOB.read_text("utf-8"))


def test_kubernetes_begins_each_night_once(cronjob: Any) -> None:  # noqa: ANN401 - as above
    """In its zone, not beside another, late within hours, and never again because of what it found."""
    spec = cronjob["spec"]
    job = spec["jobTemplate"]["spec"]
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    assert (cronjob["apiVersion"], cronjob["kind"]) == ("batch/v1", "CronJob")
    assert spec["schedule"] == "55 21 * * *"
    assert ZoneInfo(spec["timeZone"]).key == "Asia/Shanghai"
    assert spec["concurrencyPolicy"] == "Forbid"
    assert 3600 <= spec["startingDeadlineSeconds"] < 86_400
    assert (job["backoffLimit"], pod["restartPolicy"]) == (0, "Never")
    assert job["activeDeadlineSeconds"] > _LONGEST_S
    assert _is_ours(container["command"])


def test_the_pod_may_do_nothing_that_it_needs_not(cronjob: Any) -> None:  # noqa: ANN401 - as above
    """It fits the restricted standard of Kubernetes: no root, no capability, only its folders to write in."""
    pod = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    held = container["securityContext"]
    assert (held["allowPrivilegeEscalation"], held["readOnlyRootFilesystem"]) == (False, True)
    assert held["capabilities"] == {"drop": ["ALL"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


def _lost(told: Any, kept: Any, place: str = "") -> list[str]:  # noqa: ANN401 - whatever YAML says
    """What is in one document and not, or otherwise, in another."""
    if isinstance(told, dict):
        return [
            each
            for name, value in told.items()
            for each in (_lost(value, kept[name], f"{place}/{name}") if name in kept else [f"{place}/{name}"])
        ]
    if isinstance(told, list):
        pairs = enumerate(zip(told, kept, strict=True))
        return [each for number, pair in pairs for each in _lost(*pair, f"{place}/{number}")]
    return [] if told == kept else [place]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_knows_every_field(cronjob: Any, tmp_path: Path) -> None:  # noqa: ANN401 - as above
    """Read into its own types and written again, nothing is lost: a misspelt field would be."""
    words = ["kubectl", "set", "image", "--local"]
    done = subprocess.run(
        [*words, "-f", str(_CRONJOB), "nightly=lectern:0.1.0-other", "-o", "yaml"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    image = "/spec/jobTemplate/spec/template/spec/containers/0/image"
    assert _lost(cronjob, yaml.safe_load(done.stdout)) == [image]
