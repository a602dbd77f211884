"""What a card's readings say of it is a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farm.policy.health import CardFault, CardReading, Weight, judge
from pipeline.plan.messages import tell

_WELL = CardReading(
    uuid="GPU-1",
    index=0,
    name="NVIDIA L4",
    memory_total=24_000_000_000,
    memory_used=9_000_000_000,
    processes={100: 9_000_000_000},
    temperature_c=71,
    slowdown_c=95,
    ecc_uncorrected=2,
    repair_pending=False,
    repair_failed=False,
    power_w=60,
    driver="570.1",
)
_SILENT = CardReading(uuid="GPU-1", index=0, name="NVIDIA L4", fault=CardFault.SILENT)
#: A card that tells next to nothing of itself, as slices and cards for desktops do.
_MUTE = CardReading(uuid="GPU-1", index=0, name="NVIDIA L4")


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (_WELL, []),
        (_MUTE, []),
        (None, [("card-lost", Weight.WHILE)]),
        (replace(_MUTE, fault=CardFault.LOST), [("card-lost", Weight.WHILE)]),
        (replace(_MUTE, fault=CardFault.RESET), [("card-needs-reset", Weight.WHILE)]),
        (_SILENT, [("card-silent", Weight.WHILE)]),
        (replace(_WELL, driver="575.2"), [("card-driver-changed", Weight.WHILE)]),
        (replace(_WELL, temperature_c=94), []),
        (replace(_WELL, temperature_c=95), [("card-hot", Weight.WHILE)]),
        (replace(_WELL, temperature_c=90, slowdown_c=None), [("card-hot", Weight.WHILE)]),
        (replace(_WELL, ecc_uncorrected=3), [("card-memory-errors", Weight.UNTIL_CLEARED)]),
        # A reset sets the count back.
        (replace(_WELL, ecc_uncorrected=0), []),
        (replace(_WELL, repair_failed=True), [("card-memory-broken", Weight.UNTIL_CLEARED)]),
        (replace(_WELL, repair_pending=True), [("card-repair-pending", Weight.TOLD)]),
        (replace(_WELL, xids=(13, 31, 43)), []),
        (replace(_WELL, xids=(31, 79)), [("card-xid", Weight.UNTIL_CLEARED)]),
        (replace(_WELL, processes={100: 8, 7: 1_199_999_999}), []),
        (replace(_WELL, processes={100: 8, 7: 1_200_000_000}), [("card-strangers", Weight.TOLD)]),
        (
            replace(_WELL, temperature_c=99, xids=(48,), repair_pending=True, processes={7: 9_000_000_000}),
            [
                ("card-xid", Weight.UNTIL_CLEARED),
                ("card-hot", Weight.WHILE),
                ("card-repair-pending", Weight.TOLD),
                ("card-strangers", Weight.TOLD),
            ],
        ),
    ],
)
def test_what_is_said_of_a_card(now: CardReading | None, found: list[tuple[str, Weight]]) -> None:
    """Each fault has its code and its weight, the gravest first, and its words in both languages.

    These say how a card is cleared where it has to be, and only there.
    """
    said = judge(now, _WELL, ours={100})
    assert [(finding.code, finding.weight) for finding in said] == found
    for finding in said:
        for language in ("en", "zh"):
            words = tell(finding.code, finding.facts, language)
            assert "GPU-1" in words
            assert ("“lectern workers clear NAME" in words) is (finding.weight is Weight.UNTIL_CLEARED)


@pytest.mark.parametrize(("degrees", "hot"), [(85, True), (94, True), (84, False)])
def test_a_hot_card_has_to_cool_down_first(degrees: int, *, hot: bool) -> None:
    """It rests until it is ten degrees below its limit, and does not go in and out."""
    said = judge(replace(_WELL, temperature_c=degrees), _WELL, ours={100}, was_hot=True)
    assert bool(said) is hot
