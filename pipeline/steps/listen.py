"""Listens to a recording: cuts it where nobody speaks, understands it if it can, and lays its timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.engines.ear import ActivityEngine, EarEngine
from pipeline.engines.voice.aligned import Aligner
from pipeline.media import Media
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError
from pipeline.plan.heard import Heard
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import JobSpec
from pipeline.plan.portrait import Finding
from pipeline.plan.prompting import names_of, prompt_of
from pipeline.plan.recording import Piece, pieces
from pipeline.plan.script import Sentence, split
from pipeline.plan.scripttimes import found_per_mille, script_times
from pipeline.plan.speech import Phoneme, Speech, Times
from pipeline.plan.timeline import Timeline, Utterance, to_json
from pipeline.plan.transcript import (
    Line,
    Stretch,
    lines_heard,
    lines_read,
    moved,
    one_line,
    stretches,
    with_times,
)
from pipeline.scratch import scratch_folder
from pipeline.spans import span
from pipeline.steps.desk import Desk
from pipeline.steps.recorded import Recorded, keep, opened, own_sound
from pipeline.steps.speak import load_lexicon
from pipeline.steps.tidy import give_back
from pipeline.steps.understand import understood
from pipeline.store import Store

# A recording in which fewer of a script's words are found says something else.
_READ_PER_MILLE = 600


@dataclass(frozen=True, kw_only=True)
class Listened:
    """What listening to a recording gave.

    Attributes:
        timeline: in the store.
        transcript: its words as plain text, in the store; None where none are known.
        warnings: what is doubtful.
    """

    timeline: Artifact
    transcript: Artifact | None
    warnings: tuple[Finding, ...]


def listen(
    job: JobSpec,
    *,
    desk: Desk,
    store: Store,
    media: Media,
    activity: ActivityEngine | None,
    ear: EarEngine | None,
    reader: Aligner | None,
) -> Listened | None:
    """Cut a job's recording into utterances and lay its timeline; None: another worker makes a part of it.

    The pieces are the whole recording, as it is, from its first sample on. Without an ear nobody knows its
    words: there are no captions, and it says so; without a detector of speech its pauses are told by level.
    Each piece and each answer of the ear is kept at once, so that an attempt goes on where another one ended.

    Args:
        job: the job, with a recording.
        desk: where parts are found, taken and put; `advance` counts milliseconds of the recording. The
            timeline itself is not put there: accepting it is the caller's commit.
        store: where the files are.
        media: decodes it.
        activity: finds out when somebody speaks.
        ear: the one of ``job.hearing``.
        reader: finds out which sounds are made, where words are known.

    Raises:
        InputError: ``recording-no-speech``; or as `Media.decode_recording` and `EarEngine.hear`.
        DamageError: the recording or the script is missing or damaged.
        TransientError, AwayError, SupersededError: of the engines, the store and the desk.
    """
    give_back()
    with scratch_folder() as folder:
        listener = _Listener(job=job, desk=desk, store=store, ear=ear, reader=reader)
        return listener.listened(folder, media, activity)


@dataclass(kw_only=True)
class _Listener:
    """One run through a recording: what it is listened with, and what was found doubtful on the way."""

    job: JobSpec
    desk: Desk
    store: Store
    ear: EarEngine | None
    reader: Aligner | None
    warnings: list[Finding] = field(default_factory=list, init=False)

    def listened(self, folder: Path, media: Media, activity: ActivityEngine | None) -> Listened | None:
        recorded = self._opened(folder, media)
        spans = recorded.spans(activity, check=self.desk.check)
        if not spans:
            raise InputError("recording-no-speech")
        cut = pieces(len(recorded.sound), spans, recorded.level, fps=self.job.format.fps)
        if forced := [piece for piece in cut if not piece.rests]:
            self._doubt("recording-no-pauses", count=len(forced), at=_clock(forced[0].start))
        kept = keep(recorded, cut, desk=self.desk, store=self.store)
        lines = self._lines(recorded, cut)
        if kept is None or lines is None:
            return None
        utterances = tuple(self._utterances(recorded, cut, kept, lines))
        timeline = Timeline(fps=self.job.format.fps, utterances=utterances)
        text = "".join(f"{line.text}\n" for line in lines if line.text)
        return Listened(
            timeline=self._put(Kind.TIMELINE, ".json", to_json(timeline)),
            transcript=self._put(Kind.HEARD, ".txt", text) if text else None,
            warnings=tuple(self.warnings),
        )

    def _opened(self, folder: Path, media: Media) -> Recorded:
        if self.job.recording is None:
            raise ValueError(self.job.row)
        plan = self.job.hearing or HearingPlan()
        recorded = opened(
            self.job.recording,
            folder,
            denoise=plan.denoise,
            store=self.store,
            media=media,
            check=self.desk.check,
        )
        if plan.denoise and not recorded.cleaned:
            self._doubt("recording-not-cleaned")
        return recorded

    def _lines(self, recorded: Recorded, cut: Sequence[Piece]) -> Sequence[Line] | None:
        """What is said in each piece; None while another worker listens to one of them."""
        if self.ear is None:
            self._doubt("recording-no-ear")
            return [Line() for _ in cut]
        script = self._script()
        heard = self._heard(recorded, cut, script, self.ear)
        if heard is None:
            return None
        if doubted := [stretch for stretch, told in heard if told.doubt]:
            self._doubt("recording-no-words", count=len(doubted), at=_clock(doubted[0].start))
        words = [word for stretch, told in heard if not told.doubt for word in moved(stretch, told)]
        # A script of which nobody knows when any of it is said is not shown.
        if not script or not words:
            return lines_heard(cut, heard)
        times = script_times(script, words)
        if (found := found_per_mille(times)) < _READ_PER_MILLE:
            self._doubt("recording-script-other", per_cent=found // 10)
        language = self.job.voice.language or next((told.language for _, told in heard), "")
        lines = lines_read(cut, script, times, language=language)
        return [self._timed(recorded, piece, line, self.ear) for piece, line in zip(cut, lines, strict=True)]

    def _script(self) -> str:
        """The script on one line, as captions show it; empty where there is none."""
        text = self.store.verify(self.job.script).read_text("utf-8")
        if not text.strip():
            return ""
        parts = split(text, language=self.job.voice.language)
        return one_line([part.shown for part in parts if isinstance(part, Sentence)])

    def _known(self) -> list[str]:
        """The words of the department's dictionary: mostly names."""
        lexicon = self.job.lexicon
        return [] if lexicon is None else [entry.word for entry in load_lexicon(self.store, lexicon)]

    def _heard(
        self, recorded: Recorded, cut: Sequence[Piece], script: str, ear: EarEngine
    ) -> list[tuple[Stretch, Heard]] | None:
        """What is understood of each stretch, told what was said before it, else the script's names."""
        language, before = self.job.voice.language, ""
        names = names_of(script, language=language, known=self._known())
        found: list[tuple[Stretch, Heard]] = []
        for stretch in stretches(cut):
            self.desk.check()
            told = understood(
                recorded.thirds[stretch.thirds],
                desk=self.desk,
                store=self.store,
                ear=ear,
                language=language,
                prompt=prompt_of(before=before, names=names, language=language, count=ear.count),
            )
            if told is None:
                return None
            found.append((stretch, told))
            before = before if told.doubt else one_line([before, told.text])
            self.desk.advance(_ms(stretch.end), _ms(len(recorded.sound)))
        return found

    def _timed(self, recorded: Recorded, piece: Piece, line: Line, ear: EarEngine) -> Line:
        """A line of the script with the ear's own times for its words."""
        if not line.text or not piece.speaking:
            return line
        whole = Stretch(start=piece.start, end=piece.start + piece.samples)
        self.desk.check()
        with span(f"align {ear.name}", {"lectern.engine": ear.name}):
            timed = ear.align(recorded.thirds[whole.thirds], line.text, language=line.language)
        return with_times(line, timed, piece, piece.start)

    def _utterances(
        self, recorded: Recorded, cut: Sequence[Piece], kept: Sequence[Artifact], lines: Sequence[Line]
    ) -> Iterator[Utterance]:
        for piece, artifact, line in zip(cut, kept, lines, strict=True):
            self.desk.check()
            speech = self._spoken(recorded, piece, line)
            yield Utterance(
                shown=line.text,
                spoken=line.text,
                language=line.language,
                speech=artifact.key,
                speech_digest=artifact.digest,
                speech_size=artifact.size,
                lead=0,
                samples=piece.samples,
                frames=piece.frames,
                before=piece.before,
                after=piece.after,
                heard=True,
                speaking=piece.speaking,
                times=speech.times,
                cost=speech.cost,
                phonemes=_while_speaking(speech.phonemes, piece),
                words=line.words,
            )

    def _spoken(self, recorded: Recorded, piece: Piece, line: Line) -> Speech:
        """A piece with the times of its phonemes, as far as somebody can tell them."""
        speech = Speech(
            rate=SAMPLE_RATE,
            samples=own_sound(recorded, piece),
            phonemes=(),
            words=line.words,
            times=Times.NONE,
        )
        if self.reader is None or not line.text:
            return speech
        return self.reader.times(line.text, line.language, speech)

    def _put(self, kind: Kind, suffix: str, text: str) -> Artifact:
        data = text.encode()

        def write(path: Path) -> None:
            path.write_bytes(data)

        return self.store.put(kind, hashlib.sha256(data).hexdigest(), suffix, write)

    def _doubt(self, code: str, **facts: str | int) -> None:
        self.warnings.append(Finding(code=code, level="warning", facts=facts))


def _while_speaking(phonemes: Sequence[Phoneme], piece: Piece) -> tuple[Phoneme, ...]:
    """Sounds as far as somebody speaks meanwhile: a reading knows nothing of a halt or a cough."""
    spans = [(first - piece.before, behind - piece.before) for first, behind in piece.speaking]
    found = []
    for phoneme in phonemes:
        if not phoneme.symbol:
            found.append(phoneme)
            continue
        within = [(max(phoneme.start, first), min(phoneme.end, behind)) for first, behind in spans]
        start, end = max(within, key=lambda part: part[1] - part[0], default=(0, 0))
        if start < end:
            found.append(replace(phoneme, start=start, end=end))
    return tuple(found)


def _ms(samples: int) -> int:
    return samples * 1000 // SAMPLE_RATE


def _clock(samples: int) -> str:
    minutes, seconds = divmod(samples // SAMPLE_RATE, 60)
    return f"{minutes}:{seconds:02}"
