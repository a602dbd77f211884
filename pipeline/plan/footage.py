"""Portraits that move: which frame of a film of the person is shown when, and what such a film may cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.plan.job import Format
from pipeline.plan.keys import digest_of
from pipeline.plan.portrait import FaceBox

#: Suffixes of films of a person, by which a portrait in the store is known for one; content decides them.
SUFFIXES = {"mp4": ".mp4", "mov": ".mov", "matroska": ".mkv", "webm": ".webm", "avi": ".avi"}
#: What people are told of them.
KINDS_TOLD = "MP4, MOV, MKV, WebM, AVI"
#: Faces are looked for so many times a second.
LOOKS = 5

# Changes whenever the pixels of a plate film, or what is known of its face, change.
_RULES = 1
# A side of the anchor that is shorter than this, in parts of a second, is left out: going there and back at
# once would look like a twitch.
_TWITCH = 5
# The bytes that a file of each kind begins with, and where.
_EBML, _RIFF = b"\x1a\x45\xdf\xa3", b"RIFF"
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
# In ISO files the brands of pictures, which are read elsewhere or not at all, and of sound alone.
_STILL = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
#: So much of a file's beginning tells its kind.
HEAD_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class FootageLimits:
    """What a film of a person may cost before it is refused.

    Attributes:
        file_bytes: of the file.
        pixels: of one of its pictures.
        seconds: its length.
    """

    file_bytes: int
    pixels: int
    seconds: int


def container_of(head: bytes) -> str:
    """The kind of film that a file's first bytes tell, a key of `SUFFIXES`; empty if it is none.

    Sources: ISO/IEC 14496-12, 4.3; RFC 8794, 11.2.1; Microsoft, "AVI RIFF File Reference".
    """
    if head.startswith(_EBML):
        return "webm" if b"webm" in head else "matroska"
    if head.startswith(_RIFF) and head[8:12] == b"AVI ":
        return "avi"
    if head[4:8] not in _BOXES or head[8:12] in _STILL:
        return ""
    return "mov" if head[4:8] != b"ftyp" or head[8:12] == b"qt  " else "mp4"


def is_footage(suffix: str) -> bool:
    """Whether a portrait that bears this suffix in the store is a film of a person."""
    return suffix in SUFFIXES.values()


def source_digest(digest: str) -> str:
    """What stands for the pixels of a film of a person in a clip's key, SHA-256 in hex.

    Decoding it whole to name it would take as long as using it: its file's digest, and the rules by which
    plates are made of it, stand for its pixels.
    """
    return digest_of("footage", _RULES, source=digest)


def plates_key(
    digest: str,
    *,
    format: Format,  # noqa: A002 - the house's word for it
    box: FaceBox | None,
    behind: str,
    makers: str,
) -> str:
    """The key of a plate film in the store.

    Args:
        digest: of the film of the person.
        format: the picture of the film to be made.
        box: which face talks.
        behind: what is seen where it does not fill the picture, in words or as a digest.
        makers: what decodes, encodes and looks, with versions.
    """
    return digest_of("plates", _RULES, source=digest, format=format, box=box, behind=behind, makers=makers)


def look_step(fps: int) -> int:
    """Every how many frames of a film a face is looked for."""
    return fps // LOOKS


def playback(frames: int, *, plates: int, anchor: int, fps: int) -> tuple[int, ...]:
    """Which plate each frame of a clip shows: from the anchor forth and back, and at the anchor again.

    From one frame to the next it is one plate on or back; once in a clip with an even number of frames, at a
    turn, a plate is held, since there and back take an odd one. A clip that reaches past the end of the film
    turns there, and several times if it is long, in turns of about the same length. It depends on nothing but
    the arguments.

    Args:
        frames: of the clip, 1 or more.
        plates: frames of the film of the person, 1 or more.
        anchor: where each clip begins and ends, an index of a plate.
        fps: frame rate of both.
    """
    before, behind = anchor, plates - 1 - anchor
    steps = (frames - 1) // 2
    reaches = _reaches(steps, behind, before, least=max(fps // _TWITCH, 1))
    if not reaches:
        return (anchor,) * frames
    moves: list[int] = []
    for reach in reaches:
        way = 1 if reach > 0 else -1
        moves += [way] * abs(reach) + [-way] * abs(reach)
    if len(moves) < frames - 1:
        moves.insert(abs(reaches[0]), 0)
    return tuple(accumulate(moves, initial=anchor))


def _reaches(steps: int, behind: int, before: int, *, least: int) -> list[int]:
    """How far each way from the anchor leads, on (positive) or back; together so many steps."""
    longer, shorter = max(behind, before), min(behind, before)
    sign = 1 if behind >= before else -1
    if steps == 0 or longer == 0:
        return []
    if steps <= longer:
        return [sign * steps]
    if shorter < least:
        return [sign * part for part in _parts(steps, -(-steps // longer))]
    reaches = []
    for part in _parts(steps, -(-steps // (longer + shorter))):
        # Both sides in proportion; what rounding leaves must not lead past either end.
        far = min(max(round(part * longer / (longer + shorter)), part - shorter), longer)
        reaches += [sign * far, -sign * (part - far)]
    return [reach for reach in reaches if reach]


def _parts(whole: int, count: int) -> list[int]:
    """A whole number in so many parts that differ by 1 at most."""
    return [(whole + index) // count for index in range(count)]


def gaps(seen: Sequence[bool], *, step: int, frames: int, fps: int) -> tuple[tuple[int, int], ...]:
    """From which second to which second no face was seen, whole seconds, outwards.

    Args:
        seen: whether each look saw it.
        step: frames from one look to the next.
        frames: of the film.
        fps: its frame rate.
    """
    found: list[tuple[int, int]] = []
    for index, there in enumerate(seen):
        if there:
            continue
        begin = index * step // fps
        end = -(-min((index + 1) * step, frames) // fps)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)
