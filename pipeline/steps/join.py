"""Joins a film: its clips by stream copy, one audio track, captions, a poster and a manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from pipeline.media import Media, Probe, Words, machine_ms
from pipeline.plan import aigc, graphs
from pipeline.plan.aigc import Mark, mark_of
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.captions import Cue, cues, srt, webvtt
from pipeline.plan.cargo import Cargo
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.delivery import profile_for
from pipeline.plan.errors import DamageError, TransientError
from pipeline.plan.film import (
    Birth,
    FilmParts,
    comment_of,
    film_key,
    manifest,
    poster_index,
    poster_key,
    text_key,
)
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.label import label_of
from pipeline.plan.languages import three_letters
from pipeline.plan.loudness import Loudness
from pipeline.plan.portrait import Finding
from pipeline.plan.preview import plan_preview, preview_key
from pipeline.plan.softtrack import SoftTrack, soft_track
from pipeline.plan.switches import PREVIEW, SOFT
from pipeline.plan.timeline import Timeline
from pipeline.plan.trace import Trace
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.desk import Desk
from pipeline.steps.reel import Reel, checked_reel
from pipeline.steps.review import check_stills, review
from pipeline.steps.sound import key_of_sound, write_sound
from pipeline.steps.tidy import give_back
from pipeline.store import Store

_STAGES = 4
_POSTER_QUALITY = 92


@dataclass(frozen=True, kw_only=True)
class JoinedFilm:
    """A finished film and what goes with it.

    Attributes:
        film: MP4: H.264 and AAC.
        srt: captions as SubRip.
        vtt: captions as WebVTT.
        poster: JPEG.
        manifest: JSON: every digest, engine, version and time that went into the film.
        frames: length of the film.
        essence: SHA-256 (hex) over the packets of its picture and sound, without captions and metadata.
        warnings: what was measured on it, and its maker should hear of.
        preview: animated WebP; None unless the job wants one.
    """

    film: Artifact
    srt: Artifact
    vtt: Artifact
    poster: Artifact
    manifest: Artifact
    frames: int
    essence: str
    warnings: tuple[Finding, ...] = ()
    preview: Artifact | None = None


def join(
    job: JobSpec,
    timeline: Timeline,
    *,
    desk: Desk,
    store: Store,
    media: Media,
    profile: RenderProfile,
    pixels: str,
    trace: Trace,
    submitted_ms: int,
    loudness: Loudness,
    producer: str,
    transcript: Artifact | None = None,
) -> JoinedFilm | None:
    """The finished film, verified before and after; None when another worker makes a part of it: come back.

    Safe to run twice: what is there and right is not made again.

    Args:
        job: the film.
        timeline: all of its utterances.
        desk: what is known, and what is to be told.
        store: where speech and clips are, and where the film goes.
        media: joins and encodes.
        profile: the job's.
        pixels: digest of the portrait's decoded and turned pixels.
        trace: the job's; its id is written into film and manifest, and shapes nothing else.
        submitted_ms: when the film was asked for, in milliseconds since the Unix epoch; written into the
            manifest, and shapes nothing else.
        loudness: what the sound is brought to.
        producer: code of who has films made, for their machine-readable labels.
        transcript: what was heard in the job's recording, which the manifest tells of; None for none.

    Raises:
        DamageError: a clip or a speech is missing, damaged or foreign, with its kind and key; what the
            desk knew of such a clip is struck out already.
        SupersededError: the work is no longer this worker's; nothing is left running.
        TransientError: ``media-film-wrong`` or ``media-film-other``: the film is not the sum of its parts;
            ``media-label-wrong``: it does not carry its label; or as the media and store rooms say.
        AwayError: as the media and store rooms say.
    """
    profile = profile_for(profile, job.options)
    planner = ClipPlanner(job=job, timeline=timeline, store=store, profile=profile, pixels=pixels)
    give_back()
    reel = checked_reel(planner, desk=desk, store=store, media=media)
    desk.advance(1, _STAGES)
    bench = _Bench(planner=planner, reel=reel, desk=desk, media=media, transcript=transcript)
    birth = Birth(trace_id=trace.trace_id, submitted_ms=submitted_ms, lectern=metadata.version("lectern"))
    return bench.joined(birth, loudness=loudness, producer=producer)


@dataclass(frozen=True, kw_only=True)
class _Film:
    artifact: Artifact
    essence: str
    mark: Mark | None


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """Finds or makes the parts of one film; each is None while another worker makes it."""

    planner: ClipPlanner
    reel: Reel
    desk: Desk
    media: Media
    transcript: Artifact | None

    def joined(self, birth: Birth, *, loudness: Loudness, producer: str) -> JoinedFilm | None:
        """The film with its parts, reviewed, and the manifest that tells of them."""
        parts = self.parts(loudness, trace_id=birth.trace_id, producer=producer)
        if parts is None:
            return None
        sound, speed = self.store.open(parts.sound), self.job.voice.speed
        seen = review(self.timeline, self.reel, sound, media=self.media, speed=speed, loudness=loudness)
        told = manifest(
            self.job,
            self.timeline,
            self.planner.profile,
            parts,
            pixels=self.planner.pixels,
            birth=birth,
            measured=seen.listed,
        )
        listed = self.text(Kind.MANIFEST, ".json", told)
        if listed is None:
            return None
        self.desk.advance(_STAGES, _STAGES)
        return _joined(parts, listed, frames=self.timeline.frames, warnings=seen.warnings)

    def parts(self, loudness: Loudness, *, trace_id: str, producer: str) -> FilmParts | None:
        """Everything that the manifest tells of."""
        sound = self.sound(loudness)
        self.desk.advance(2, _STAGES)
        shown = cues(self.timeline, columns_of=self.planner.caption_columns)
        label = label_of(self.job.options)
        mark = mark_of(label, producer=producer, trace_id=trace_id)
        cargo = Cargo(
            title=self.job.title,
            comment=comment_of(trace_id, label),
            label=aigc.written(mark) if mark else "",
            captions=self.soft(shown),
        )
        film = self.film(sound, cargo, mark) if sound else None
        subrip = self.text(Kind.CAPTIONS, ".srt", srt(shown))
        web = self.text(Kind.CAPTIONS, ".vtt", webvtt(shown))
        poster = self.poster(self.reel.clips[poster_index(self.timeline)])
        preview = self.preview(poster_index(self.timeline)) if PREVIEW.of(self.job.options) else None
        if sound is None or film is None or subrip is None or web is None or poster is None:
            return None
        if preview is None and PREVIEW.of(self.job.options):
            return None
        self.desk.advance(3, _STAGES)
        return FilmParts(
            clips=self.reel.clips,
            sound=sound,
            film=film.artifact,
            srt=subrip,
            vtt=web,
            poster=poster,
            essence=film.essence,
            mark=film.mark,
            soft=cargo.captions,
            preview=preview,
            transcript=self.transcript,
        )

    def soft(self, shown: tuple[Cue, ...]) -> SoftTrack | None:
        """The caption track, if the film shall carry one and anything is said in it."""
        if not shown or not SOFT.of(self.job.options):
            return None
        timeline = self.timeline
        return soft_track(
            shown,
            samples=timeline.frames * samples_per_frame(timeline.fps),
            language=three_letters(self.job.voice.language),
        )

    def sound(self, loudness: Loudness) -> Artifact | None:
        """The audio track."""

        def write(path: Path) -> None:
            write_sound(
                path, self.timeline, loudness, store=self.store, media=self.media, check=self.desk.check
            )

        return self._made(Kind.AUDIO, key_of_sound(self.media, self.timeline, loudness), ".m4a", write)

    def film(self, sound: Artifact, cargo: Cargo, mark: Mark | None) -> _Film | None:
        """The film, joined by stream copy, checked against its parts whether made now or before."""
        reel = self.reel
        probed: list[Probe] = []

        def write(path: Path) -> None:
            track = self.media.track(self.store.open(sound))
            self.media.splice(path, reel.tracks, track, cargo, check=self.desk.check)
            # The look that follows takes the most memory of a join: for its index of every packet.
            give_back()
            probed.append(self._checked(path, cargo))
            if mark is not None:
                self.media.seal(path, cargo.label, _sealed(mark, probed[0]))
            _check_label(self.media.label(path), mark, probed[0])

        film = self._made(Kind.FILM, film_key(reel.clips, sound, cargo), ".mp4", write)
        if film is None:
            return None
        if not probed:
            path = self.store.open(film)
            probed.append(self._checked(path, cargo))
            _check_label(probed[0].label, mark, probed[0])
        essence = probed[0].essence
        return _Film(artifact=film, essence=essence, mark=mark and aigc.sealed(mark, essence))

    def poster(self, clip: Artifact) -> Artifact | None:
        """A JPEG of a clip's first frame."""
        import cv2

        def write(path: Path) -> None:
            frame = self.media.first_frame(self.store.open(clip))
            fine, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _POSTER_QUALITY])
            if not fine:
                raise TransientError("media-unreadable", reason="JPEG")
            path.write_bytes(data.tobytes())

        return self._made(Kind.POSTER, poster_key(clip), ".jpg", write)

    def preview(self, index: int) -> Artifact | None:
        """An animated WebP of the clip of an utterance."""
        from pipeline.steps.preview import write_preview

        clip = self.reel.clips[index]

        def write(path: Path) -> None:
            plan = plan_preview(self.job.format, frames=self.reel.tracks[index].packets)
            write_preview(path, self.store.open(clip), plan, media=self.media, check=self.desk.check)

        return self._made(Kind.POSTER, preview_key(clip), ".webp", write)

    def text(self, kind: Kind, suffix: str, text: str) -> Artifact | None:
        """A text file, UTF-8."""

        def write(path: Path) -> None:
            path.write_bytes(text.encode())

        return self._made(kind, text_key(f"{kind}{suffix}", text), suffix, write)

    @property
    def job(self) -> JobSpec:
        """The film."""
        return self.planner.job

    @property
    def timeline(self) -> Timeline:
        """What is said in the film, and when."""
        return self.planner.timeline

    @property
    def store(self) -> Store:
        """Where its parts are."""
        return self.planner.store

    def _made(self, kind: Kind, key: str, suffix: str, write: Callable[[Path], None]) -> Artifact | None:
        self.desk.check()
        found = self.desk.find(kind, key)
        if found is not None:
            try:
                self.store.verify(found)
            except DamageError:
                self.desk.forget(found)
            else:
                return found
        if not self.desk.take(kind, key):
            return None
        begun = machine_ms()
        artifact = self.store.put(kind, key, suffix, write)
        self.desk.put(artifact, machine_ms() - begun)
        return artifact

    def _checked(self, path: Path, cargo: Cargo) -> Probe:
        """A look into a film, which has to be the sum of its parts, packet by packet."""
        found, reel = self.media.probe(path), self.reel
        fps, frames = self.timeline.fps, self.timeline.frames
        picture, sound = found.picture, found.sound
        whole = (
            picture is not None
            and sound is not None
            and found.streams == len((picture, sound)) + (cargo.captions is not None)
            and picture.packets == reel.frames == frames
            and picture.keyframes == reel.keyframes
            and picture.first_is_key
            and picture.parameters == reel.parameters
            and picture.timescale == graphs.TIMESCALE
            and picture.step == samples_per_frame(fps)
            and picture.end * fps == frames
            and (sound.codec, sound.rate, sound.channels) == (graphs.AUDIO_ENCODER, SAMPLE_RATE, 2)
            and sound.samples == frames * samples_per_frame(fps)
            and _carries(found.words, cargo.captions)
        )
        if not whole:
            raise TransientError("media-film-wrong", clips=len(reel.clips), frames=frames)
        check_stills(path, reel, media=self.media, fps=fps)
        return found


def _carries(found: Words | None, wanted: SoftTrack | None) -> bool:
    """Whether the captions that were found in a film are those that it shall carry."""
    if found is None or wanted is None:
        return found is None and wanted is None
    expected = ("mov_text", wanted.language, len(wanted.packets), wanted.digest)
    return (found.codec, found.language, found.packets, found.digest) == expected


def _sealed(mark: Mark, film: Probe) -> str:
    """A film's label once its packets are known."""
    return aigc.written(aigc.sealed(mark, film.essence))


def _check_label(found: str, mark: Mark | None, film: Probe) -> None:
    """Refuse a film whose label, read back, is not the one that it shall carry."""
    if found != (_sealed(mark, film) if mark else ""):
        raise TransientError("media-label-wrong")


def _joined(parts: FilmParts, listed: Artifact, *, frames: int, warnings: tuple[Finding, ...]) -> JoinedFilm:
    return JoinedFilm(
        film=parts.film,
        srt=parts.srt,
        vtt=parts.vtt,
        poster=parts.poster,
        manifest=listed,
        frames=frames,
        essence=parts.essence,
        warnings=warnings,
        preview=parts.preview,
    )
