"""What a processor can do, by what its system tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.engines.machine import has_bf16, instruction_set


@pytest.mark.parametrize(
    ("line", "name", "bf16"),
    [
        ("flags\t\t: fpu sse2 avx2 fma", "avx2", False),
        ("flags\t\t: avx2 fma avx512f avx512bw avx512vl avx512dq", "avx512", False),
        ("flags\t\t: avx2 fma avx512f avx512bw avx512vl avx512dq avx512_vnni", "avx512-vnni", False),
        ("flags\t\t: avx2 fma avx512f avx512_vnni avx512_bf16", "avx512-bf16", True),
        ("flags\t\t: avx512_bf16 amx_bf16 amx_tile amx_int8", "amx", True),
        ("Features\t: fp asimd crc32", "neon", False),
        ("Features\t: fp asimd sve bf16", "sve-bf16", True),
    ],
)
def test_the_widest_instructions_are_told(tmp_path: Path, line: str, name: str, *, bf16: bool) -> None:
    """The set that libraries choose their code by, and whether half precision is native."""
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor\t: 0\n{line}\n\nprocessor\t: 1\n{line}\n")
    assert instruction_set(told) == name
    assert has_bf16(told) is bf16


def test_where_nothing_is_told_the_architecture_is(tmp_path: Path) -> None:
    """A name that a profile can carry, and no claim of half precision."""
    assert re.fullmatch(r"[a-z0-9][a-z0-9.+-]*", instruction_set(tmp_path / "none"))
    assert not has_bf16(tmp_path / "none")
