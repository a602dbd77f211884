"""The exact timeline of a film: utterances whose lengths are whole frames on the mel grid."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.plan.speech import Phoneme, Word


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """A sentence with its exact place in time; a silent one is a pause, or a film's head or tail.

    Attributes:
        shown: what captions show; empty for a silent one.
        spoken: what the voice was given; empty for a silent one.
        language: BCP 47 tag of the text; empty for a silent one.
        speech: key of the speech artifact; empty for a silent one.
        speech_digest: digest of that artifact; empty for a silent one.
        lead: samples of digital silence before the speech.
        samples: samples of the speech itself, at 48 kHz.
        frames: length of the utterance in frames, lead and tail included; a multiple of the grid.
        phonemes: sounds, counted in samples from the beginning of the utterance (lead included).
        words: words, counted in the same way; text offsets into `spoken`.
    """

    shown: str
    spoken: str
    language: str
    speech: str
    speech_digest: str
    lead: int
    samples: int
    frames: int
    phonemes: tuple[Phoneme, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """All utterances of one film in order, at one frame rate."""

    fps: int
    utterances: tuple[Utterance, ...]

    @property
    def frames(self) -> int:
        """Length of the film in frames."""
        return sum(utterance.frames for utterance in self.utterances)
