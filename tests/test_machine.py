"""What tests are told of the machine that they run on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import machine

_TWO = {
    "proc/self/cgroup": "0::/farm/night\n",
    "sys/fs/cgroup/farm/memory.max": "1000\n",
    "sys/fs/cgroup/farm/memory.current": "900\n",
    "sys/fs/cgroup/farm/memory.stat": "anon 700\ninactive_file 150\n",
    "sys/fs/cgroup/farm/night/memory.max": "max\n",
}
_ONE = {
    "proc/self/cgroup": "5:cpu:/\n3:memory:/docker/1\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "900\n",
    "sys/fs/cgroup/memory/memory.stat": "total_inactive_file 150\n",
}


@pytest.mark.parametrize("files", [_TWO, _ONE])
def test_a_groups_limit_counts(tmp_path: Path, files: Mapping[str, str]) -> None:
    """In a container what its group leaves is what there is, however much the machine has."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert machine.memory_free(root=tmp_path) == 250


def test_without_limits_the_machine_counts(tmp_path: Path) -> None:
    """Where the kernel tells nothing of groups."""
    assert machine.memory_free(root=tmp_path) > 1 << 20


@pytest.mark.parametrize(
    ("status", "killed", "told"),
    [
        (75, 0, "exit status 75"),
        (-11, 0, "SIGSEGV"),
        (-9, 0, "SIGKILL: by somebody, or out of memory"),
        (-9, 2, "out of memory (the kernel killed 2"),
    ],
)
def test_it_is_told_how_a_process_ended(status: int, killed: int, told: str) -> None:
    """By itself, or by which signal; and whether memory was short meanwhile."""
    assert told in machine.how_ended(status, killed=killed)
