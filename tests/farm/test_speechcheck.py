"""What a voice cannot do of what a row asks of it, told when the row is checked."""

from __future__ import annotations

import string
from collections.abc import Sequence

from farm.speechcheck import PITCH, SCRIPT, SPEED, doubts_of
from pipeline.engines.voice import Voice
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lexicon import Entry

_LETTERS = Voice(
    name="ann",
    languages=("en",),
    label="Ann",
    alphabet="".join(sorted(string.ascii_letters + " ,.!?'-")),
    speeds=False,
    pitches=False,
)
_ANY = Voice(name="en-us", languages=("en",), label="English", heeds_phonemes=True)
_NAME = Entry(word="Łukasz", language="en", ipa="ˈwukaʃ")


def _told(
    voice: Voice, text: str, lexicon: Sequence[Entry] = (), *, speed: int = 100, pitch: int = 100
) -> list[tuple[str, str, dict[str, object]]]:
    choice = VoiceChoice(engine="coqui", name=voice.name, language="en", speed=speed, pitch=pitch)
    return [
        (column, finding.code, dict(finding.facts))
        for column, finding in doubts_of(voice, choice, text, lexicon)
    ]


def test_figures_are_read_for_a_voice_of_letters() -> None:
    """Nothing that is written out for it is named as what it cannot say; what nobody writes out is."""
    assert _told(_LETTERS, "It costs $5.20 at 9:30 on 3/15/2024.") == []
    assert _told(_LETTERS, "It costs 5 zł.") == [
        (SCRIPT, "voice-characters-left-out", {"voice": "Ann", "characters": "ł", "count": 1})
    ]
    assert _told(_LETTERS, "Здравствуйте.")[0][1] == "voice-characters-all"


def test_the_dictionary_helps_a_voice_to_say_a_word() -> None:
    """With other letters; sounds it cannot heed, which is told with the words that they are meant for."""
    assert _told(_LETTERS, "Ask Łukasz.", [Entry(word="Łukasz", language="en", said="Wookash")]) == []
    assert _told(_LETTERS, "Ask Łukasz, Łukasz!", [_NAME])[0] == (
        SCRIPT,
        "lexicon-ipa-unheard",
        {"voice": "Ann", "words": "Łukasz"},
    )
    assert _told(_LETTERS, "Ask Anna.", [_NAME]) == []
    assert _told(_ANY, "Ask Łukasz.", [_NAME]) == []


def test_speed_and_pitch_that_are_not_heeded_are_told() -> None:
    """Each under its column, and only where it is asked for."""
    told = _told(_LETTERS, "Hello.", speed=120, pitch=90)
    assert [(column, code) for column, code, _ in told] == [
        (SPEED, "voice-speed-unheeded"),
        (PITCH, "voice-pitch-unheeded"),
    ]
    assert _told(_ANY, "Hello.", speed=120, pitch=90) == []


def test_of_a_script_that_is_yet_to_be_written_nothing_is_doubted() -> None:
    """But what does not depend on its words."""
    assert [code for _, code, _ in _told(_LETTERS, "", speed=120)] == ["voice-speed-unheeded"]
