"""Write the rules of config/prometheus as a PrometheusRule; with --check, fail when it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import indent

from settling import settle

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "config" / "prometheus"
MADE = ROOT / "config" / "kubernetes" / "components" / "observability" / "rules.yaml"

_HEAD = """\
# The rules of config/prometheus, as the Prometheus Operator reads them. This file is made by `make docs`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: lectern
spec:
  groups:
"""
_GROUPS = "groups:\n"


def page() -> str:
    """The object: the groups of every file, word by word."""
    files = [RULES / "records.yml", *sorted((RULES / "alerts").glob("*.yml"))]
    return _HEAD + "".join(indent(_groups(path), "  ") for path in files)


def _groups(path: Path) -> str:
    _, found, groups = path.read_text("utf-8").partition(f"\n{_GROUPS}")
    if not found:
        raise SystemExit(f"{path}: no line is {_GROUPS.strip()}")
    return groups.rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(settle(MADE, page()))
