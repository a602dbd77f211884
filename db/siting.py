"""Where a ledger's file lies, and whose machine this is: SQLite serves one machine, from a disk of its own.

On a network file system SQLite's locks are unreliable, and its write-ahead log needs memory that all who use
it share (https://sqlite.org/wal.html, "does not work over a network filesystem"; sqlite.org/useovernet.html).
Two machines that write to one file destroy it, silently, and so the ledger with it.
"""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path, PurePath

from pipeline.plan.errors import InputError

#: Types of file systems that another machine serves, or may use at the same time, as Linux names them. What
#: stands behind FUSE is told by its subtype.
NETWORKED = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb2", "smb3", "smbfs", "virtiofs", "wekafs"),
        *("blobfuse", "blobfuse2", "davfs", "davfs2", "gcsfuse", "goofys", "juicefs", "mfs", "moosefs"),
        *("mount-s3", "rclone", "s3fs", "seaweedfs", "sshfs"),
    }
)
#: What a sandbox's own root may be of: its host serves it, and to it alone.
_OWN_ROOTS = frozenset({"9p", "virtiofs"})

_MOUNTS = Path("/proc/self/mountinfo")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine, by what tells it from another one.

    Attributes:
        host: its name; containers of one machine have names of their own.
        boot: the id of its running kernel, which its containers share and a restart renews; empty: not known.
    """

    host: str
    boot: str

    def is_other(self, other: Machine) -> bool:
        """Whether another one is certainly another machine, and not this one restarted or in a container."""
        return bool(self.boot and other.boot) and self.boot != other.boot and self.host != other.host


def this_machine() -> Machine:
    """The machine that this process runs on."""
    try:
        boot = _BOOT.read_text("ascii").strip()
    except OSError:
        boot = ""
    return Machine(host=socket.gethostname(), boot=boot)


def check_siting(path: Path) -> None:
    """Return if a ledger's file lies, or would lie, on a disk of this machine; it is not touched.

    Raises:
        InputError: ``ledger-on-network``.
    """
    try:
        mounts = _MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        # A system without this table; nothing else tells.
        return
    # Before it is followed: a share that hangs would be waited for.
    kind = network_of(path.absolute(), mounts) or network_of(Path(os.path.realpath(path)), mounts)
    if kind:
        raise InputError("ledger-on-network", place=str(path), kind=kind)


def network_of(path: PurePath, mounts: str) -> str:
    """The type of the network file system that a path lies on; empty if it lies on none.

    Args:
        path: absolute.
        mounts: the mounts in the order in which they were made, as in /proc/self/mountinfo (proc(5)).
    """
    found, kind = PurePath("/"), ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, types = before.split(" "), after.split(" ")
        if len(fields) < 5 or not types[0]:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = PurePath(_ESCAPED.sub(lambda told: chr(int(told[1], 8)), fields[4]))
        # Of several at one place the last one is seen.
        if path.is_relative_to(point) and len(point.parts) >= len(found.parts):
            found, kind = point, types[0]
    bare = kind.removeprefix("fuse.").removeprefix("fuseblk.")
    if bare not in NETWORKED or (found == PurePath("/") and kind in _OWN_ROOTS):
        return ""
    return kind
