"""Tell what an image holds, as CycloneDX 1.5: Debian's packages and Python's; `make sbom` runs it in there.

It needs nothing but Python, and takes the image's name.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import distributions
from typing import Any
from urllib.parse import quote

#: Packages of the system's own Python; ours lie elsewhere, and Debian tells of its own itself.
_DEBIANS = "/usr/lib/python3/"
_ASK = (
    "dpkg-query",
    "--show",
    "--showformat",
    "${Package}\t${Version}\t${Architecture}\t${source:Package}\n",
)


def document(image: str) -> dict[str, Any]:
    """What stands in an image, in the form of CycloneDX 1.5 (ECMA-424)."""
    name, _, version = image.partition(":")
    parts = sorted([*debian(), *python()], key=lambda part: str(part["purl"]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "container", "name": name, "version": version, "bom-ref": image},
        },
        "components": parts,
        "dependencies": [{"ref": image, "dependsOn": sorted({str(part["bom-ref"]) for part in parts})}],
    }


def debian() -> Iterator[dict[str, Any]]:
    """The packages of Debian's own."""
    release = platform.freedesktop_os_release().get("VERSION_ID", "")
    told = subprocess.run(_ASK, capture_output=True, text=True, check=True).stdout  # noqa: S603 - as it stands
    for line in told.splitlines():
        name, version, architecture, source = line.split("\t")
        purl = f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={architecture}&distro=debian-{release}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            "properties": [{"name": "lectern:debian:source", "value": source}],
        }


def python() -> Iterator[dict[str, Any]]:
    """The packages of Python's."""
    for each in distributions():
        if str(each.locate_file("")).startswith(_DEBIANS):
            continue
        name = re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower()
        purl = f"pkg:pypi/{name}@{quote(each.version)}"
        told = {"type": "library", "bom-ref": purl, "name": name, "version": each.version, "purl": purl}
        licences = each.metadata.get_all("License-Expression") or []
        yield {**told, "licenses": [{"expression": licence} for licence in licences]} if licences else told


if __name__ == "__main__":
    json.dump(document(sys.argv[1]), sys.stdout, indent=1)
    print()
