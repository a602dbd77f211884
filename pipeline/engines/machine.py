"""What this machine's processor can do, told without loading a framework."""

from __future__ import annotations

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")

# From the widest down: the first one whose flags are all there is what libraries choose their code by.
_SETS = (
    ("amx", ("amx_tile", "amx_bf16")),
    ("avx512-bf16", ("avx512_bf16",)),
    ("avx512-vnni", ("avx512_vnni",)),
    ("avx512", ("avx512f", "avx512bw", "avx512vl", "avx512dq")),
    ("avx2", ("avx2", "fma")),
    ("sve-bf16", ("sve", "bf16")),
    ("sve", ("sve",)),
    ("neon-bf16", ("asimd", "bf16")),
    ("neon", ("asimd",)),
)
_NATIVE_BF16 = frozenset({"amx", "avx512-bf16", "sve-bf16", "neon-bf16"})


def instruction_set(cpuinfo: Path = _CPUINFO) -> str:
    """The widest instructions of the processor, as in ``avx2``: libraries choose their arithmetic by them.

    Where the system does not tell, the architecture alone, as in ``x86-64``.
    """
    flags = _flags(cpuinfo)
    for name, needed in _SETS:
        if flags.issuperset(needed):
            return name
    return platform.machine().lower().replace("_", "-") or "cpu"


def has_bf16(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether the processor multiplies bf16 natively; elsewhere bf16 is slower than fp32."""
    return instruction_set(cpuinfo) in _NATIVE_BF16


def _flags(cpuinfo: Path) -> frozenset[str]:
    try:
        lines = cpuinfo.read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        word, _, values = line.partition(":")
        if word.strip() in ("flags", "Features"):
            return frozenset(values.split())
    return frozenset()
