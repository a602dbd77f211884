"""What stands in the tables is read back as what it was, also what an earlier version wrote."""

from __future__ import annotations

from dataclasses import replace

from db.codec import profile_digest, profile_from_text, profile_to_text, spec_from_text, spec_to_text
from pipeline.plan.hearing import Check, HearingPlan
from pipeline.plan.models import WAV2LIP_LICENCE, Acceptance, ModelUse, Use
from pipeline.plan.people import Consent, ProfileKind, ProfileUse
from pipeline.plan.writingplan import Sampling, WritingPlan
from tests.db.values import PROFILE, draft


def test_a_profile_is_read_back() -> None:
    """With models and without any."""
    learned = replace(PROFILE, mode="exact", weights="ab" * 32, batch=8, threads=2)
    for profile in (PROFILE, learned):
        assert profile_from_text(profile_to_text(profile)) == profile
    assert profile_digest(learned) != profile_digest(PROFILE)


def test_a_profile_without_models_is_told_as_before_there_were_any() -> None:
    """Workers of two versions, and films that were under way, go on honouring one another's profiles."""
    text = profile_to_text(PROFILE)
    assert not any(name in text for name in ("mode", "weights", "batch", "threads"))


def test_what_a_job_draws_with_is_read_back() -> None:
    """Its models, and who took on what their licences do not allow; a job without any reads as it did."""
    taken_on = Acceptance(by="anna", at_ms=1, use=Use.COMMERCIAL)
    face = ModelUse(
        role="face",
        name="wav2lip",
        digest="ab" * 32,
        engine="wav2lip",
        licence=WAV2LIP_LICENCE,
        accepted=taken_on,
    )
    restorer = ModelUse(
        role="restore", name="g", digest="cd" * 32, engine="spandrel", licence="MIT", use=Use.PERSONAL
    )
    plain = draft("row").spec
    for models in ((), (face,), (face, restorer)):
        spec = replace(plain, models=models)
        assert spec_from_text(spec_to_text(spec)).models == models
    assert "models" not in spec_to_text(plain)


def test_what_is_spoken_heard_and_written_is_read_back() -> None:
    """A recording, a brief, a dictionary, other models, people, and what ear and writer are asked for."""
    plain = draft("row").spec
    source = plain.script
    consent = Consent(digest="cd" * 32, suffix=".pdf", owner="anna", expires_ms=9)
    person = ProfileUse(kind=ProfileKind.VOICE, name="a", person="Anna", department="d", consent=consent)
    full = replace(
        plain,
        voice=replace(plain.voice, model="ab" * 32, latents="cd" * 32, converter="ef" * 32),
        recording=source,
        brief=source,
        lexicon=source,
        others=(ModelUse(role="hear", name="w", digest="ab" * 32, engine="whisper", licence="MIT"),),
        people=(person, replace(person, kind=ProfileKind.PORTRAIT, reference=source)),
        hearing=HearingPlan(model="ab" * 32, precision="int8", check=Check.SAMPLE, per_cent=10, limit=200),
        writing=WritingPlan(model="ab" * 32, sampling=Sampling(seed=7), stopwords=source),
    )
    assert spec_from_text(spec_to_text(full)) == full
    bare = replace(full, writing=WritingPlan(model="ab" * 32, sampling=Sampling(seed=7)))
    assert spec_from_text(spec_to_text(bare)) == bare
