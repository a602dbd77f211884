"""Write docs/metrics.md from the catalogue of metrics; with --check, fail when the page is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from settling import settle

from farm.meters import LABELS, METERS, OTHER, Label, Meter, Teller

PAGE = Path(__file__).resolve().parents[1] / "metrics.md"

_HEAD = """# Metrics

Every metric of the farm, and who tells it. This page is made by `make docs` from the catalogue,
[farm/meters.py](../farm/meters.py). Where films, people or traces are looked for, the ledger, the logs and
`lectern show` know them: no label does.
"""
_TELLERS = {
    Teller.WORKERS: "The workers of a host",
    Teller.WATCHDOG: "A host's watchdog",
    Teller.DISPATCHER: "Each dispatcher",
    Teller.MACHINE: "Each dispatcher and each watchdog, of its machine; nobody where the ledger is a file",
    Teller.LEADER: "The dispatcher that leads, and no other one",
}
_COLUMNS = "\n| metric | form | labels | what it tells |\n| --- | --- | --- | --- |\n"
#: So many values of a label stand on the page; of more, their number.
_FEW = 16


def page() -> str:
    """The page."""
    return _HEAD + "".join(_section(teller) for teller in _TELLERS) + _labels()


def _section(teller: Teller) -> str:
    told = [meter for meter in METERS.values() if meter.teller is teller]
    return f"\n## {_TELLERS[teller]}\n{_COLUMNS}" + "".join(map(_line, told))


def _line(meter: Meter) -> str:
    labels = ", ".join(f"`{name}`" for name in meter.label_names)
    buckets = f"; buckets: {', '.join(f'{bound:g}' for bound in meter.buckets)}" if meter.buckets else ""
    return f"| `{meter.name}` | {meter.form.value} | {labels} | {meter.help}{buckets} |\n"


def _labels() -> str:
    head = (
        "\n## Labels\n\nNo label grows without bound: what comes beyond its values, or their number, is "
        f"counted as `{OTHER}`.\n\n| label | what it is | values |\n| --- | --- | --- |\n"
    )
    return head + "".join(_label_lines())


def _label_lines() -> Iterator[str]:
    for label in sorted(LABELS, key=lambda label: label.name):
        yield f"| `{label.name}` | {label.what} | {_values(label)} |\n"


def _values(label: Label) -> str:
    if not label.values:
        return f"at most {label.most}"
    if len(label.values) > _FEW:
        return (
            f"those of [errors.md](errors.md), and `{OTHER}`"
            if label.name == "code"
            else str(len(label.values))
        )
    return ", ".join(f"`{value}`" for value in sorted(label.values))


if __name__ == "__main__":
    sys.exit(settle(PAGE, page()))
