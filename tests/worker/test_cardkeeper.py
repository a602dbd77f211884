"""Cards whose readings are bad get no work, and get some again; what only an operator can judge stays out."""

from __future__ import annotations

from pathlib import Path

from db import cards, posts, workers
from db.siting import this_machine
from db.states import CardState
from farm.bootstrap import Farm, open_farm
from farm.policy.health import CardFault, CardReading
from tests.tasks.yard import break_ground, quick_settings, wait_for
from tests.worker.test_probing import WELL, Tell
from tests.worker.test_probing import tell as tell  # noqa: PLC0414 - a fixture that both use
from worker.cardkeeper import CardKeeper
from worker.nvml import Look
from worker.probing import Probe


def state_of(farm: Farm) -> tuple[CardState, str]:
    """How the one card stands, and why."""
    found = cards.read_cards(farm.ledger)
    return (found[0].state, found[0].reason) if found else (CardState.WELL, "")


def test_a_hot_card_is_out_until_it_has_cooled(tmp_path: Path, tell: Tell) -> None:
    """As the real program tells it; and one that is lost is out until it is back."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    tell(WELL)
    with open_farm(settings) as farm, CardKeeper(farm.ledger, tmp_path, probe=Probe(every_s=0.1)):
        seen = []

        def stands(*wanted: object) -> None:
            wait_for(lambda: seen.append(state_of(farm)) or seen[-1] == wanted, seconds=20)

        stands(CardState.WELL, "")
        for bad, why in (({"temperature": 99}, "card-hot"), ({"lost": True}, "card-lost")):
            tell(WELL | bad)
            stands(CardState.OUT, why)
            tell(WELL)
            stands(CardState.WELL, "")


def test_what_a_card_tells_is_handed_on_and_a_card_that_tells_nothing_is_left_out(tmp_path: Path) -> None:
    """Megabytes and degrees as they were read last; whoever watches tells them to the ledger."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    warm = CardReading(
        uuid="GPU-a", index=0, name="L4", temperature_c=61, memory_used=5_000_000, memory_total=24_000_000_000
    )
    silent = CardReading(uuid="GPU-b", index=1, name="L4", fault=CardFault.SILENT)
    with open_farm(settings) as farm:
        keeper = CardKeeper(farm.ledger, tmp_path)
        assert keeper.gauges == ()
        keeper.turn(Look(cards=(warm, silent)))
        told = cards.Gauge(device="GPU-a", name="L4", temperature_c=61, used_mb=5, total_mb=24_000)
        assert keeper.gauges == (told,)
        assert keeper.readings == (warm, silent)


def test_what_an_operator_has_to_judge_stays_out(tmp_path: Path) -> None:
    """Errors in its memory: sick until it is cleared, and not found sick for the same ones again."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    well = CardReading(uuid="GPU-a", index=0, name="L4", ecc_uncorrected=1)
    bad = CardReading(uuid="GPU-a", index=0, name="L4", ecc_uncorrected=3)
    with open_farm(settings) as farm:
        keeper = CardKeeper(farm.ledger, tmp_path)
        assert keeper.turn(Look(cards=(well,)))
        for _ in range(2):
            assert keeper.turn(Look(cards=(bad,)))
            assert state_of(farm) == (CardState.SICK, "card-memory-errors")
        with farm.ledger.write("clear") as connection:
            connection.execute(cards.cards.update().values(state=CardState.WELL.value, reason=""))
        assert keeper.turn(Look(cards=(bad,)))
        assert state_of(farm) == (CardState.WELL, "")


def test_a_host_without_cards_is_not_looked_at_for_ever(tmp_path: Path) -> None:
    """Nobody need ask again where there is nothing."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    with open_farm(settings) as farm:
        assert not CardKeeper(farm.ledger, tmp_path).turn(Look())


def test_a_driver_that_was_replaced_is_no_fault_to_who_began_after_it(tmp_path: Path) -> None:
    """The card is out while a worker runs that began before, and works once that was started anew."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    old = CardReading(uuid="GPU-a", index=0, name="L4", driver="570.1")
    new = CardReading(uuid="GPU-a", index=0, name="L4", driver="575.2")

    def work(pid: int) -> Path:
        host = this_machine().host
        workers.register(
            farm.ledger, "w", host=host, device="GPU-a", capabilities=["render.warp"], profiles=[]
        )
        posts.tell(farm.ledger, "w", pool="", version="1", pid=pid)
        proof = tmp_path / f"main-{pid}-1.proof"
        proof.touch()
        return proof

    with open_farm(settings) as farm:
        keeper = CardKeeper(farm.ledger, tmp_path)
        keeper.turn(Look(cards=(old,)))
        proof = work(41)
        for reading in (old, new):
            keeper.turn(Look(cards=(reading,)))
        assert state_of(farm) == (CardState.OUT, "card-driver-changed")
        proof.unlink()
        work(42)
        keeper.turn(Look(cards=(new,)))
        assert state_of(farm) == (CardState.WELL, "")
