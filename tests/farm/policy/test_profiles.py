"""Promises about a film's render profile: somebody honours it, and it draws as was ordered."""

from __future__ import annotations

from dataclasses import replace

from farm.policy.profiles import CPU, choose_profile, device_of
from pipeline.plan.faceway import FaceWay, way_in
from tests.db.values import PROFILE

_SMALL = replace(PROFILE, engine="wav2lip", mode="fast", weights="a", batch=8, backend="torch-2-cpu-avx2")
_LARGE = replace(_SMALL, batch=64, backend="torch-2+cu130-cuda-nvidia-h200-cudnn-9")
_WAY = FaceWay(engine="wav2lip", mode="fast", weights="a")


def test_only_who_draws_in_the_same_way_counts() -> None:
    """Another engine, mode or model is another film; nobody is nobody."""
    assert way_in(_SMALL) == _WAY
    others = [replace(_SMALL, **change) for change in ({"mode": "exact"}, {"weights": "b"}, {"engine": "e"})]
    assert choose_profile([*others, PROFILE], _WAY) is None
    assert choose_profile([*others, _SMALL], _WAY) == _SMALL
    assert choose_profile([PROFILE], FaceWay(engine=PROFILE.engine)) == PROFILE


def test_a_film_keeps_the_version_of_its_engine() -> None:
    """Whatever else differs, and however many have another one."""
    newer, beside = replace(_SMALL, version="2"), replace(_SMALL, batch=4)
    assert choose_profile([newer, newer, beside], _WAY, version=_SMALL.version) == beside
    assert choose_profile([newer], _WAY, version=_SMALL.version) is None


def test_most_hands_decide_and_a_card_before_them() -> None:
    """Of processors the profile that most honour; one card goes before any number of them."""
    other = replace(_SMALL, backend="openvino-avx2")
    assert choose_profile([other, _SMALL, _SMALL], _WAY) == _SMALL
    assert choose_profile([_SMALL, _SMALL, _LARGE], _WAY) == _LARGE
    assert choose_profile([other, _SMALL], _WAY) == choose_profile([_SMALL, other], _WAY)


def test_what_no_card_draws_goes_to_most_hands() -> None:
    """An engine without a model is no faster where a card is: who has one does not take all films."""
    beside = replace(PROFILE, encoder="h264_nvenc card")
    assert choose_profile([beside, _LARGE, PROFILE, PROFILE], FaceWay(engine=PROFILE.engine)) == PROFILE


def test_a_worker_with_a_card_says_so() -> None:
    """What its backends tell, restored or not; a worker that draws nothing has none."""
    restored = replace(_LARGE, backend=f"{_LARGE.backend}+torch-2+cu130+spandrel-0")
    assert device_of([PROFILE, _LARGE]) == device_of([restored]) == "cuda"
    assert device_of([PROFILE, _SMALL]) == device_of([]) == CPU
