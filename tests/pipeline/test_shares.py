"""What shares do otherwise than disks: refused links, lost answers, failures at close."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.apart import Apart
from pipeline.durable import give_name
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import LecternError
from pipeline.steps.archive import Delivery, archive, init_archive
from pipeline.store import Store
from tests.pipeline.steps.archive.deliveries import NAME, VISIBLE, delivery_of, parts, visible
from tests.support.errands import bring, keep
from tests.support.faulty import Faults, faults_for

Case = tuple[tuple[str, int], ...]

#: What is borne: an operation, and how it fails each time.
_BORNE: tuple[Case, ...] = (
    # SMB and FAT have no hard links; each system says so in its own way.
    (("link", errno.EPERM),),
    (("link", errno.EOPNOTSUPP),),
    # The server did it, its answer was lost, and the client that asked again is told so.
    (("late", errno.EEXIST),),
    (("link", errno.EPERM), ("late", errno.ENOENT)),
    # Folders that know no fsync.
    (("fsyncdir", errno.EINVAL),),
)
#: What is told: an operation, how it fails, and what it means.
_TOLD = (
    ("close", errno.EDQUOT, "full"),
    ("close", errno.EIO, "failed"),
    ("fsync", errno.EIO, "failed"),
    ("fsync", errno.ENOSPC, "full"),
    ("write", errno.ENOSPC, "full"),
    ("write", errno.ECONNABORTED, "away"),
    ("fsyncdir", errno.EIO, "failed"),
)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    """Patches of this file."""
    with pytest.MonkeyPatch.context() as opened:
        yield opened


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Faults:
    """Faults of every process that is started here."""
    return faults_for(tmp_path_factory.mktemp("faults"), patch)


@pytest.fixture
def make_helper(faults: Faults) -> Iterator[Callable[[], Apart]]:
    """Makes processes whose files are on a share in trouble; each counts anew what has failed."""
    opened: list[Apart] = []

    def make() -> Apart:
        opened.append(Apart(Path("share"), stuck_s=30))
        return opened[-1]

    faults.clear()
    yield make
    for each in opened:
        each.close()


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    """A film with everything that goes with it, in a store without trouble."""
    return delivery_of(Store(tmp_path / "disk"), b"film" * 1000)


@pytest.mark.parametrize("case", _BORNE)
def test_what_shares_refuse_is_done_in_another_way(
    faults: Faults, make_helper: Callable[[], Apart], delivery: Delivery, tmp_path: Path, case: Case
) -> None:
    """Into the store and into the archive: whole, under the right names, and nothing left over."""
    root = tmp_path / "share"
    init_archive(root / "nas")
    for operation, number in case:
        faults.fail(operation, root, number)
    helper = make_helper()
    (root / "part").write_bytes(b"part")
    assert helper.run(give_name, root / "part", root / "name"), "the name is ours, and is told to be taken"
    kept = helper.run(keep, root / "store", b"clip")
    assert Store(root / "store").verify(kept).read_bytes() == b"clip"
    assert list((root / "store" / ".parts").iterdir()) == []
    helper.run(archive, delivery, store=Store(tmp_path / "disk"), root=root / "nas")
    assert visible(root / "nas") == VISIBLE
    assert (root / "nas" / NAME).read_bytes() == b"film" * 1000
    assert parts(root / "nas") == []


@pytest.mark.parametrize("case", _TOLD)
def test_what_fails_is_told_and_nothing_half_is_kept(
    faults: Faults,
    make_helper: Callable[[], Apart],
    delivery: Delivery,
    tmp_path: Path,
    case: tuple[str, int, str],
) -> None:
    """A failure at close counts as one of writing; the same call does it once the trouble is over."""
    root, source = tmp_path / "share", tmp_path / "source"
    operation, number, meaning = case
    init_archive(root / "nas")
    source.write_bytes(b"script")
    faults.fail(operation, root, number)
    helper = make_helper()

    def all_of_it() -> list[Callable[[], Artifact | str]]:
        return [
            lambda: helper.run(keep, root / "store", b"clip"),
            lambda: helper.run(bring, root / "store", source),
            lambda: helper.run(archive, delivery, store=Store(tmp_path / "disk"), root=root / "nas"),
        ]

    for act, where in zip(all_of_it(), ("store", "store", "archive"), strict=True):
        with pytest.raises(LecternError) as told:
            act()
        # A film waits for an archive that answers so; the store's trouble is a retry's, elsewhere first.
        meant = "away" if where == "archive" and number == errno.EIO else meaning
        assert told.value.code == f"{where}-{meant}"
    assert NAME not in visible(root / "nas")
    assert list((root / "store" / ".parts").iterdir()) == []
    assert parts(root / "nas") == []
    faults.clear()
    for act in all_of_it():
        act()
    assert visible(root / "nas") == VISIBLE
