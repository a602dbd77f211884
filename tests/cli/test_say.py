"""Promises of `lectern say` and `lectern pronounce`."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern


def _seconds(path: Path) -> float:
    with wave.open(io.BytesIO(path.read_bytes())) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48_000, 1, 2)
        return sound.getnframes() / 48_000


def test_a_text_is_heard(lectern: Lectern, tmp_path: Path) -> None:
    """Without a farm: the sound is there, as long as is told; what was read as written is not told."""
    target = tmp_path / "out.wav"
    said = lectern("say", "Good morning. Good morning.", "--voice", "en-gb", "-o", target)
    assert said.code == Exit.OK, said.err
    assert said.out == f"{target}: espeak/en-gb, {_seconds(target):.1f} s.\n"
    again = lectern("say", "Good morning.", "-o", target, "--json")
    assert (again.code, again.failure["code"]) == (Exit.CONFLICT, "command-output-exists")
    assert lectern("say", "Good morning.", "-o", target, "--force").code == Exit.OK


def test_without_a_file_it_is_told_how_a_text_is_read(lectern: Lectern) -> None:
    """Each line with its sounds, in the language that it is spoken in."""
    told = lectern("say", "Hello. 你好。", "--language", "en")
    assert told.out.splitlines()[:2] == ["Hello. → Hello.", "  [həlˈoʊ]"]
    document = lectern("say", "Hello. 你好。", "--language", "en", "--json").document
    assert [(line["text"], line["language"], line["voice"]) for line in document["lines"]] == [
        ("Hello.", "en", "en-us"),
        ("你好。", "zh", "cmn"),
    ]
    assert document["file"] is None


@pytest.mark.usefixtures("ready_home")
def test_a_word_is_pronounced_as_the_department_says(lectern: Lectern, tmp_path: Path) -> None:
    """Added, listed, heard, told in captions as it is written, and removed."""
    assert "as it is written" in lectern("pronounce", "list").out
    added = lectern("pronounce", "add", "nginx", "--language", "en", "--as", "engine x")
    assert added.out == "From now on “nginx” (en) is pronounced engine x.\n"
    assert lectern("pronounce", "add", "Nguyen", "-l", "en", "--ipa", "wɪn").code == Exit.OK
    assert lectern("pronounce", "list", "--json").document["words"] == [
        {"word": "nginx", "language": "en", "said": "engine x", "ipa": ""},
        {"word": "Nguyen", "language": "en", "said": "", "ipa": "wɪn"},
    ]
    target = tmp_path / "out.wav"
    said = lectern("say", "Start nginx, Nguyen.", "--department", "default", "-o", target)
    assert said.out.splitlines()[0] == "Start nginx, Nguyen. → Start engine x, Nguyen."
    heard = lectern("say", "Nguyen.", "--department", "default", "--json").document
    assert heard["lines"][0]["sounds"].replace("ˈ", "") == "wɪn"
    lectern("words", "add", "Nguyen")
    stopped = lectern("say", "For Nguyen.", "--department", "default", "--json")
    assert (stopped.code, stopped.failure["code"]) == (Exit.REFUSED, "script-word-stopped")
    assert lectern("pronounce", "remove", "NGINX", "-l", "en").code == Exit.OK
    assert "nginx" not in lectern("pronounce", "list").out


@pytest.mark.usefixtures("ready_home")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("say", "..."), "script-empty"),
        (("say", "word " * 1_000), "script-too-long"),
        (("say", "Hello.", "-o", "out.mp3"), "command-sound-suffix"),
        (("say", "Hello.", "-o", "/nowhere/out.wav"), "command-output-nowhere"),
        (("say", "Hello.", "--voice", "nobody"), "voice-unknown"),
        (("say", "Hello.", "--department", "nobody"), "submit-department-unknown"),
        (("pronounce", "add", "...", "-l", "en", "--as", "x"), "lexicon-word-wrong"),
        (("pronounce", "add", "x", "-l", "english", "--as", "y"), "lexicon-language-unknown"),
        (("pronounce", "add", "x", "-l", "en"), "lexicon-both-ways"),
        (("pronounce", "add", "x", "-l", "en", "--as", "y", "--ipa", "z"), "lexicon-both-ways"),
        (("pronounce", "add", "x", "-l", "en", "--as", "…"), "lexicon-text-wrong"),
        (("pronounce", "add", "x", "-l", "en", "--ipa", "ɪ5⚡"), "lexicon-ipa-wrong"),
        (
            ("pronounce", "add", "x", "-l", "en", "--as", "y", "--department", "nobody"),
            "submit-department-unknown",
        ),
        (("pronounce", "remove", "x", "-l", "en"), "lexicon-entry-unknown"),
    ],
)
def test_what_is_wrong_is_told(lectern: Lectern, arguments: tuple[str, ...], code: str) -> None:
    """With a code, and nothing is made or changed."""
    answer = lectern(*arguments, "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.REFUSED, code)
