"""Write docs/dependencies.md: every locked package with its licence and the reason why it is here.

Fails on a package whose licence is unknown and on a direct dependency without a reason; names the parts under
the GPL family. With --check it compares and writes nothing.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from settling import settle

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "dependencies.md"
NOTES = Path(__file__).with_name("dependencies.toml")
LOCKS = {
    "product": (
        "requirements/base.txt",
        "requirements/eye.txt",
        "requirements/models.txt",
        "requirements/torch.txt",
    ),
    "development": ("requirements/dev.txt",),
}

# What packages call the same licence, by its SPDX name.
_SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "New BSD": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "MIT License": "MIT",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_KNOWN = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "GPL-2.0-or-later",
    "GPL-3.0-or-later", "ISC", "LGPL-2.1-or-later", "LGPL-3.0-only", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0",
    "PostgreSQL", "Zlib",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Package:
    """One locked package that is installed on this platform."""

    name: str
    version: str
    licence: str
    reason: str


def locked(path: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name -> (version, names of the packages that need it) for every line of a lock, on any platform."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text("utf-8")):
        head = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block)
        if head:
            via = re.findall(r"^\s+#\s+(?:via )?([A-Za-z0-9._-]+)", block, flags=re.MULTILINE)
            users = tuple(name for name in via if name not in ("via", "lectern", "-r", "-c"))
            name = canonicalize_name(head[1])
            # One lock may hold several versions, each for other releases of Python.
            versions = {head[2], *found[name][0].split(", ")} if name in found else {head[2]}
            found[name] = (", ".join(sorted(versions)), users)
    return found


def licence_of(name: str, stated: dict[str, str]) -> str | None:
    """The SPDX expression of a package, stated or told by itself; None if it tells none that is known."""
    if name in stated:
        return stated[name]
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        # Locked for another platform or release of Python: the page is the same everywhere, so it is stated.
        return None
    told = [metadata.get("License-Expression"), (metadata.get("License") or "").partition("\n")[0]]
    told += [
        c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    for text in told:
        expression = _SPDX.get(text or "", text or "")
        names = re.split(r" (?:AND|OR) ", expression)
        if expression and all(part in _KNOWN for part in names):
            return expression
    return None


def collect() -> tuple[dict[str, list[Package]], list[str]]:
    """All packages by group, and what is wrong: unknown licences and missing reasons."""
    notes = tomllib.loads(NOTES.read_text("utf-8"))
    groups: dict[str, list[Package]] = {}
    wrong: list[str] = []
    declared = {name for part in notes["gpl"] for name in part["packages"]}
    seen: set[str] = set()
    for group, files in LOCKS.items():
        groups[group] = []
        for file in files:
            for name, (version, users) in sorted(locked(ROOT / file).items()):
                if name in seen:
                    continue
                seen.add(name)
                licence = licence_of(name, notes["licences"])
                reason = notes["reasons"].get(name) or (f"needed by {', '.join(users)}" if users else "")
                if licence is None:
                    wrong.append(
                        f"{name} {version}: unknown licence; look it up and state it in {NOTES.name}"
                    )
                if "GPL" in (licence or "") and name not in declared:
                    wrong.append(f"{name}: {licence} is not named among the GPL parts in {NOTES.name}")
                if not reason:
                    wrong.append(f"{name}: a direct dependency without a reason; give it in {NOTES.name}")
                groups[group].append(
                    Package(name=name, version=version, licence=licence or "?", reason=reason)
                )
    return groups, wrong


def page(groups: dict[str, list[Package]]) -> str:
    """The page as Markdown."""
    notes = tomllib.loads(NOTES.read_text("utf-8"))
    lines = ["# Dependencies and their licences", "", "Made from the lock files by `make docs`.", ""]
    lines += ["## Parts under the GPL family", ""]
    lines += [f"- **{part['name']}** ({part['licence']}): {part['note']}" for part in notes["gpl"]]
    lines += ["", "## Models and data inside packages", ""]
    lines += [f"- **{part['name']}** ({part['licence']}): {part['note']}" for part in notes["models"]]
    for group, packages in groups.items():
        lines += [
            "",
            f"## {group.capitalize()}",
            "",
            "| package | version | licence | why |",
            "| --- | --- | --- | --- |",
        ]
        lines += [f"| {p.name} | {p.version} | {p.licence} | {p.reason} |" for p in packages]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it with what stands there."""
    groups, wrong = collect()
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    return settle(PAGE, page(groups))


if __name__ == "__main__":
    sys.exit(main())
