"""What a watchdog tells Prometheus of its cards: what they told it, in base units, and no more."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from farm.meters import METERS, Teller
from farm.policy.health import CardFault, CardReading
from worker.cardmeters import exposition

_WARM = CardReading(
    uuid="GPU-a",
    index=0,
    name='NVIDIA "L4"',
    memory_used=5_000_000,
    memory_total=24_000_000_000,
    temperature_c=61,
    slowdown_c=95,
    power_w=72,
    use_per_cent=35,
)
_SLICE = CardReading(uuid="MIG-1", index=1, name="A100 1g", parent="GPU-b", memory_used=50)
_LOST = CardReading(uuid="GPU-c", index=2, name="L4", fault=CardFault.LOST, memory_used=7)


def test_a_card_tells_what_it_knows_and_a_silent_one_that_it_is() -> None:
    """Bytes, ratios, degrees and watts; what a card did not tell is missing, not nought."""
    families = list(text_string_to_metric_families(exposition([_WARM, _SLICE, _LOST]).decode()))
    told = {
        (sample.name.removeprefix("lectern_gpu_"), sample.labels["device"]): sample.value
        for family in families
        for sample in family.samples
    }
    assert told == {
        ("info", "GPU-a"): 1,
        ("info", "MIG-1"): 1,
        ("info", "GPU-c"): 1,
        ("silent", "GPU-a"): 0,
        ("silent", "MIG-1"): 0,
        ("silent", "GPU-c"): 1,
        ("memory_used_bytes", "GPU-a"): 5_000_000,
        ("memory_used_bytes", "MIG-1"): 50,
        ("memory_size_bytes", "GPU-a"): 24_000_000_000,
        ("utilization_ratio", "GPU-a"): 0.35,
        ("temperature_celsius", "GPU-a"): 61,
        ("slowdown_temperature_celsius", "GPU-a"): 95,
        ("power_watts", "GPU-a"): 72,
    }
    assert {family.name for family in families} == {
        meter.name for meter in METERS.values() if meter.teller is Teller.WATCHDOG
    }
    (name,) = {s.labels["name"] for f in families for s in f.samples if s.labels.get("index") == "0"}
    assert name == 'NVIDIA "L4"'
    assert exposition([]) == b""
