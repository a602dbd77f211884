"""What a job is made of keeps its name: what was made before a value was known is found again."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.models import ModelFile, ModelKind, ModelRecord
from pipeline.plan.script import Sentence
from pipeline.plan.speech import Phoneme, Word
from pipeline.plan.timeline import Take, from_json, lay, to_json
from pipeline.plan.writingplan import Sampling, WritingPlan


def _source(sign: str, suffix: str) -> Artifact:
    return Artifact(kind=Kind.SOURCE, key=sign * 64, digest=sign * 64, size=7, suffix=suffix)


VOICE = VoiceChoice(engine="espeak", name="en-us", language="en", speed=110)
SPEC = JobSpec(
    row="1",
    title="A film",
    user="anna",
    scene="hall",
    script=_source("1", ".txt"),
    portrait=_source("2", ".png"),
    voice=VOICE,
    face="warp",
    format=Format(width=96, height=96, fps=25),
    options={"label": "none"},
)
CARD = ModelRecord(
    name="lips", kind=ModelKind.WAV2LIP, engine="wav2lip", digest="a" * 64, bytes=9, suffix=".pth"
)
TAKE = Take(
    sentence=Sentence(shown="Hi.", spoken="Hi.", language="en"),
    speech=Artifact(kind=Kind.SPEECH, key="a" * 64, digest="b" * 64, size=99, suffix=".wav"),
    samples=9600,
    phonemes=(Phoneme(symbol="h", start=0, end=9600),),
    words=(Word(start=0, end=9600, text_start=0, text_end=3),),
)


def test_names_by_content_stay_what_they_are() -> None:
    """Golden digests: others mean that every speech, batch or timeline in every store is made anew."""
    named = {
        digest_of("speech", 1, engine="espeak", version="1", choice=VOICE, text="Hello."),
        digest_of("job", 1, spec=SPEC),
        digest_of("card", 1, record=CARD),
        hashlib.sha256(to_json(lay([TAKE], fps=25)).encode()).hexdigest(),
    }
    assert named == {
        "825122c067f66b71258aeb3a26d6fb9f35216d69932e10b98d2b9a49a8d18e1d",
        "81660cb4141cfc4d21a683df69258d7f275e0babbf5a2bb7f7258cdb6468d526",
        "f1d296bb7c6e5dc008d177551ad39a4392eca61245967a3e598b9b522fec55ce",
        "8509c5708b3a5c753f80367e4ef1146dbae4ceff33cff576ec6de48c2991dd40",
    }


@pytest.mark.parametrize(
    "changed",
    [
        replace(SPEC, voice=replace(VOICE, model="a" * 64)),
        replace(SPEC, voice=replace(VOICE, latents="a" * 64)),
        replace(SPEC, voice=replace(VOICE, converter="a" * 64)),
        replace(SPEC, recording=_source("3", ".wav")),
        replace(SPEC, brief=_source("3", ".json")),
        replace(SPEC, lexicon=_source("3", ".json")),
        replace(SPEC, hearing=HearingPlan()),
        replace(SPEC, writing=WritingPlan(model="a" * 64, sampling=Sampling(seed=1))),
        replace(CARD, files=(ModelFile(name="model.pth", digest="a" * 64, bytes=9),)),
        replace(CARD, traits={"family": ("vits",)}),
    ],
)
def test_what_says_something_new_has_a_name_of_its_own(changed: JobSpec | ModelRecord) -> None:
    """A value that is not at its default is part of the name."""
    assert canonical(changed) != canonical(SPEC if isinstance(changed, JobSpec) else CARD)


def test_a_piece_of_a_recording_is_read_back() -> None:
    """What stands around it in its file is kept, and no number of samples is below none."""
    timeline = lay([TAKE], fps=25)
    piece = replace(timeline.utterances[0], before=480, after=240, heard=True)
    pieces = replace(timeline, utterances=(piece,))
    assert from_json(to_json(pieces)) == pieces
    for wrong in (replace(piece, before=-1), replace(piece, after=-1)):
        with pytest.raises(ValueError, match="longer than its utterance"):
            from_json(to_json(replace(timeline, utterances=(wrong,))))
