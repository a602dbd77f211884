"""Promises about a film as a whole: its key, and what is read out of manifests of any age."""

from __future__ import annotations

import json

import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.captions import Cue
from pipeline.plan.cargo import Cargo
from pipeline.plan.film import comment_of, film_key, sound_key, told_by
from pipeline.plan.keys import digest_of
from pipeline.plan.label import Label
from pipeline.plan.loudness import Loudness
from pipeline.plan.softtrack import soft_track
from pipeline.plan.timeline import Timeline, Utterance

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CLIP = Artifact(kind=Kind.CLIP, key="1" * 64, digest="2" * 64, size=1, suffix=".mp4")
SOUND = Artifact(kind=Kind.AUDIO, key="3" * 64, digest="4" * 64, size=1, suffix=".m4a")
BARE = Cargo(title="A film", comment=f"trace {TRACE}")


def _cargo(word: str = "One.", language: str = "eng", label: str = "") -> Cargo:
    captions = soft_track([Cue(start_ms=0, end_ms=900, lines=(word,))], samples=48_000, language=language)
    return Cargo(title="A film", comment=f"trace {TRACE}", label=label, captions=captions)


def test_whatever_a_film_carries_is_in_its_key() -> None:
    """Title, comment, label, and the captions' words and language: films that differ in them are others."""
    cargoes = [
        BARE,
        Cargo(title="Another", comment=BARE.comment),
        Cargo(title=BARE.title, comment="another"),
        Cargo(title=BARE.title, comment=BARE.comment, label="{}"),
        _cargo(),
        _cargo("Two."),
        _cargo(language="deu"),
        _cargo(label="{}"),
    ]
    keys = [film_key([CLIP], SOUND, cargo) for cargo in cargoes]
    assert len(set(keys)) == len(keys)


def test_a_film_that_carries_nothing_more_has_the_key_that_it_always_had() -> None:
    """What earlier versions joined without label and captions is found again."""
    told = {"clips": [CLIP.digest], "sound": SOUND.digest, "title": BARE.title, "comment": BARE.comment}
    assert film_key([CLIP], SOUND, BARE) == digest_of("film", 1, **told)


@pytest.mark.parametrize(
    ("label", "comment"),
    [(Label.EU, f"AI-generated · trace {TRACE}"), (Label.CN, f"AI生成 · trace {TRACE}")],
)
def test_a_comment_tells_people_what_the_label_does(label: Label, comment: str) -> None:
    """In the same words; a film without a label tells its trace alone."""
    assert comment_of(TRACE, label) == comment
    assert comment_of(TRACE, Label.NONE) == f"trace {TRACE}"


def test_a_manifest_of_the_first_version_is_understood() -> None:
    """It tells of no label and no caption track."""
    files = {name: {"digest": name * 2, "size": 1} for name in ("film", "poster", "srt", "vtt")}
    told = {
        "schema": 1,
        "trace": TRACE,
        "essence": "e",
        "film": files["film"],
        "poster": files["poster"],
        "captions": {"srt": files["srt"], "vtt": files["vtt"]},
    }
    found = told_by(json.dumps(told).encode())
    assert found.digests == {"filmfilm", "posterposter", "srtsrt", "vttvtt"}
    assert (found.film, found.essence, found.trace) == ("filmfilm", "e", TRACE)
    assert (found.label, found.soft, found.key, found.waived) == ("", "", {}, None)


def test_a_sound_is_known_by_which_part_of_a_recording_it_plays() -> None:
    """Two pieces whose files are alike, but begin elsewhere in them, are two sounds."""

    def key(before: int, after: int) -> str:
        piece = Utterance(
            shown="",
            spoken="",
            language="",
            speech="a" * 64,
            speech_digest="b" * 64,
            lead=0,
            samples=96_000,
            frames=50,
            before=before,
            after=after,
            heard=True,
            phonemes=(),
            words=(),
        )
        timeline = Timeline(fps=25, utterances=(piece,))
        return sound_key(timeline, Loudness.of(lufs=-16, dbtp=-1.5), encoder="aac", parameters=("q=1",))

    assert len({key(0, 19_200), key(19_200, 0), key(9_600, 9_600)}) == 3
