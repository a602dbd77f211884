"""Promises of dead letters of real steps: they name the sentence that failed, and the input to blame."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from db import reads
from farm.bootstrap import Farm
from farm.dead import autopsies
from farm.requeue import requeue
from farm.views.letters import AutopsyView, PlaceView
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.media import Media
from pipeline.plan.errors import InputError
from tasks.bell import Bell
from tasks.step import open_runner
from tests.tasks.yard import Row, ask, sow, wait_for

_NOWHERE = "redis://127.0.0.1:9/0"
_SCRIPT = "One here. Two here.\n\nThree here. Four here."


def failing_on(call: int, act: Callable[..., Any]) -> Callable[..., Any]:
    """The same act, but for one call of it, at which the input is refused."""
    calls = itertools.count(1)

    def acting(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it stands for
        if next(calls) == call:
            raise InputError("voice-unknown", voice="v", engine="e", known="k")
        return act(*given, **named)

    return acting


def letter_of(farm: Farm, stage: str, times: int = 1) -> AutopsyView:
    """The letter of the film after its step of a stage has run so many times."""
    ((step,),) = ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND stage = :stage", stage=stage)
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        for _ in range(times):
            wait_for(lambda: runner.run(int(str(step))), seconds=20)
    (letter,) = autopsies(farm, 1)
    return letter


def test_a_voice_that_refuses_a_sentence_is_told_with_the_sentence(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which one, its words, and the line of the script that it stands in; the voice is to blame."""
    sow(farm, [Row(row="film", script=_SCRIPT)])
    monkeypatch.setattr(EspeakVoice, "speak", failing_on(3, EspeakVoice.speak))
    letter = letter_of(farm, "speak")
    assert letter.place == PlaceView(sentence=3, of=4, text="Three here.", line=2, second=None)
    assert letter.blamed == "voice"


def test_a_clip_that_fails_is_told_with_its_sentence_and_a_damaged_portrait_as_such(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when in the film it begins; what fails before any clip names none."""
    sow(farm, [Row(row="film", script=_SCRIPT)])
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        assert runner.run(1)
    monkeypatch.setattr(Media, "encode_clip", failing_on(3, Media.encode_clip))
    place = letter_of(farm, "render").place
    assert place is not None
    assert (place.sentence, place.of, place.text, place.line) == (2, 4, "Two here.", 1)
    assert place.second is not None
    assert place.second > 0
    monkeypatch.undo()
    portrait = farm.store.root / reads.read_job(farm.ledger, 1).spec.portrait.path
    portrait.chmod(0o600)
    portrait.write_bytes(b"")
    # Once more, since a share may show late what is there.
    requeue(farm, [1])
    letter = letter_of(farm, "render", times=2)
    assert (letter.blamed, letter.place) == ("portrait", None)
