"""Write Grafana's dashboards from docs/generate/grafana; with --check, fail when one is out of date."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grafana.departments import DEPARTMENTS
from grafana.farm import FARM
from grafana.gpus import GPUS
from grafana.hosts import HOSTS
from grafana.job import JOB
from grafana.panels import Dashboard, address, drawn, link
from settling import settle

FOLDER = Path(__file__).resolve().parents[2] / "config" / "grafana" / "dashboards"
DASHBOARDS = {"farm": FARM, "gpus": GPUS, "hosts": HOSTS, "departments": DEPARTMENTS, "job": JOB}
#: Where people find Flower, as `[flower] url` has it; a dashboard cannot read settings.
FLOWER = "http://localhost:5555"


def page(dashboard: Dashboard) -> str:
    """A dashboard as Grafana reads it."""
    model = drawn(dashboard, [link("Flower", "${flower}", tooltip="Its tasks, one by one")])
    model["templating"]["list"].append(address("flower", "Flower", FLOWER))
    return json.dumps(model, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(max(settle(FOLDER / f"{name}.json", page(each)) for name, each in DASHBOARDS.items()))
