"""A ledger that is a file is one machine's, and lies on a disk of that machine."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from db import migrate, siting, workers
from db.engine import check_schema, connect
from db.ledger import Ledger
from db.siting import Machine, network_of
from pipeline.plan.errors import AwayError, InputError
from tests.db.values import CAPABILITIES, OTHER, PROFILE, WORKER

_MOUNTS = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /srv rw - autofs systemd-1 rw
31 30 0:41 / /srv rw - nfs4 nas:/films rw,vers=4.2
32 22 0:42 / /mnt/two\040words rw - cifs //nas/films rw
33 31 0:43 / /srv/local rw - xfs /dev/vdb rw
34 22 0:44 / /home/anna/far rw - fuse.sshfs anna@nas: rw
35 22 0:45 / /srvother rw - tmpfs tmpfs rw
36 22 0:46 / /work rw - 9p drvfs rw
37 22 0:47 / /lustre rw shared:4 master:5 - lustre mds@tcp:/x rw
38 22 0:48 / /ntfs rw - fuseblk /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/ledger.sqlite3", ""),
        ("/srv/ledger.sqlite3", "nfs4"),
        ("/srv/a/b/ledger.sqlite3", "nfs4"),
        ("/srv/local/ledger.sqlite3", ""),
        ("/srvother/ledger.sqlite3", ""),
        ("/mnt/two words/ledger.sqlite3", "cifs"),
        ("/home/anna/far/ledger.sqlite3", "fuse.sshfs"),
        ("/work/ledger.sqlite3", "9p"),
        ("/lustre/ledger.sqlite3", "lustre"),
        ("/ntfs/ledger.sqlite3", ""),
    ],
)
def test_a_network_file_system_is_known_by_its_mount(path: str, kind: str) -> None:
    """The innermost mount decides, and of several at one place the last."""
    assert network_of(PurePath(path), _MOUNTS) == kind


def test_the_root_of_a_sandbox_is_its_own() -> None:
    """What a machine boots from is served to it alone, whatever serves it; its mounts are not."""
    mounts = "1 0 0:1 / / rw - {} root rw\n"
    assert network_of(PurePath("/home/x"), mounts.format("9p")) == ""
    assert network_of(PurePath("/home/x"), mounts.format("nfs")) == "nfs"


def test_a_ledger_on_a_share_is_neither_made_nor_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is refused by name before a byte is written; PostgreSQL asks for no place."""
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path.resolve()} rw - nfs4 nas:/x rw\n")
    monkeypatch.setattr(siting, "_MOUNTS", table)
    engine = connect(f"sqlite:///{tmp_path}/ledger.sqlite3")
    for act in (check_schema, migrate.current, migrate.upgrade):
        with pytest.raises(InputError) as told:
            act(engine)
        assert (told.value.code, told.value.facts["kind"]) == ("ledger-on-network", "nfs4")
    assert not (tmp_path / "ledger.sqlite3").exists()
    with pytest.raises(AwayError):
        check_schema(connect("postgresql://nobody@127.0.0.1:1/none"))


def _register(ledger: Ledger, name: str, machine: Machine) -> None:
    workers.register(
        ledger,
        name,
        host=machine.host,
        boot=machine.boot,
        device="cpu",
        capabilities=CAPABILITIES,
        profiles=[PROFILE],
    )


_HERE = Machine(host="here", boot="boot-1")


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (Machine(host="there", boot="boot-2"), True),
        # A container of the same machine, and the same machine restarted.
        (Machine(host="container", boot="boot-1"), False),
        (Machine(host="here", boot="boot-2"), False),
        (Machine(host="there", boot=""), False),
    ],
)
def test_a_file_has_workers_of_one_machine(ledger: Ledger, other: Machine, *, refused: bool) -> None:
    """A second machine's worker is refused on SQLite while the first one's live, and none on PostgreSQL."""
    _register(ledger, WORKER, _HERE)
    if refused and ledger.is_sqlite:
        with pytest.raises(InputError) as told:
            _register(ledger, OTHER, other)
        assert (told.value.code, told.value.facts["other"]) == ("ledger-many-machines", "here")
        with pytest.raises(InputError):
            workers.check_alone(ledger, other)
        assert [each.name for each in workers.read_workers(ledger)] == [WORKER]
        workers.leave(ledger, WORKER)
    workers.check_alone(ledger, other)
    _register(ledger, OTHER, other)


def test_a_machine_that_fell_silent_stands_in_nobodys_way(ledger: Ledger) -> None:
    """After a power cut nobody has taken its workers off the ledger; a minute later others may work."""
    _register(ledger, WORKER, _HERE)
    later = ledger.clock() + 61_000
    ledger.clock = lambda: later  # type: ignore[misc]
    _register(ledger, OTHER, Machine(host="there", boot="boot-2"))
