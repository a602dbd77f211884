"""A program of its own around espeak-ng: it initialises the library once and forks for every request.

The library is GPLv3, so it lives in this process alone: Lectern starts this file with a bare interpreter
(``python -I -S zygote.py LIBRARY DATA LIMIT_MS``) and speaks with it through pipes. This file imports the
standard library only, and nothing that is slow to load.

A second utterance in one process differs from the first by some samples, since the library keeps state; a
fork from the same freshly initialised process is byte-identical every time. The library is initialised in
its SYNCHRONOUS mode: in RETRIEVAL mode it starts a thread, which a fork does not take along.

Frames, both ways: a big-endian u32 length, then that many bytes. A request is JSON; an answer is one
status byte and a body (`ANSWER_*`). The first answer comes unasked and carries the library's version. At the
end of its input the program ends; on Linux it also dies with the thread that started it.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import struct
import sys
import time
from collections.abc import Callable

LENGTH = struct.Struct(">I")
#: rate, number of events; events and int16 samples, both in the machine's own order, follow.
SPEECH = struct.Struct("=II")
#: type, text position (characters, from 1), length, sample, IPA symbol padded with NUL.
EVENT = struct.Struct("=iiii8s")

ANSWER_OK, ANSWER_REFUSED, ANSWER_CRASHED, ANSWER_LATE = b"o", b"r", b"c", b"l"

REQUEST_LIMIT = 64_000
TEXT_LIMIT = 8_000
RATES = (80, 450)
PITCHES = (0, 99)
EVENT_WORD, EVENT_END, EVENT_PHONEME = 1, 5, 7

# Values of speak_lib.h, espeak-ng 1.52.
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_PARAMETER_RATE, _PARAMETER_PITCH = 1, 3
_CHARS_UTF8, _READ_MNEMONICS = 0x0001, 0x0100
_SEED = 1
_MEMORY_LIMIT = 2 << 30
_PR_SET_PDEATHSIG = 1


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class RefusedError(Exception):
    """The request cannot be served, with the reason."""


def open_library(path: str, data: str) -> tuple[ctypes.CDLL, int, str]:
    """Load and initialise espeak-ng: the library, its sample rate, its version.

    Args:
        path: the shared library.
        data: the folder in which its ``espeak-ng-data`` lies.

    Raises:
        OSError: it does not load or finds no data.
    """
    library = ctypes.CDLL(path)
    library.espeak_Info.restype = ctypes.c_char_p
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
    library.espeak_Synth.argtypes = (
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    )
    options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
    # The library cuts the path of its data off at 160 characters, so it gets a short one.
    os.chdir(data)
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, b".", options)
    if rate <= 0:
        raise OSError(f"espeak_Initialize answered {rate}")
    version = (library.espeak_Info(None) or b"").decode().split()[0]
    return library, rate, version


def speak(library: ctypes.CDLL, rate: int, request: dict[str, object]) -> bytes:
    """Speak one utterance: `SPEECH`, then its events, then its samples.

    SSML is never read, and the library's ``[[phonemes]]`` only in a request that asks for it: else the text
    is plain text, whatever it looks like.

    Raises:
        RefusedError: the library knows no such voice, or does not take the text.
    """
    text, voice, speed, pitch = _checked(request)
    # Breathy voices are mixed with noise, which the library seeds with the time of day.
    library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
    if library.espeak_SetVoiceByName(voice) != 0:
        raise RefusedError("no such voice")
    library.espeak_SetParameter(_PARAMETER_RATE, speed, 0)
    library.espeak_SetParameter(_PARAMETER_PITCH, pitch, 0)
    samples: list[bytes] = []
    events: list[bytes] = []

    def heard(wave: ctypes._Pointer[ctypes.c_short], count: int, event: ctypes._Pointer[_Event]) -> int:
        if wave and count > 0:
            samples.append(ctypes.string_at(wave, count * 2))
        index = 0
        while (kind := event[index].type) != 0:
            told = event[index]
            if kind in (EVENT_WORD, EVENT_END, EVENT_PHONEME):
                symbol = _symbol(told) if kind == EVENT_PHONEME else b""
                events.append(EVENT.pack(kind, told.text_position, told.length, told.sample, symbol))
            index += 1
        return 0

    callback = _CALLBACK(heard)
    library.espeak_SetSynthCallback(callback)
    flags = _CHARS_UTF8 | (_READ_MNEMONICS if request.get("mnemonics") is True else 0)
    if library.espeak_Synth(text, len(text) + 1, 0, 1, 0, flags, None, None) != 0:
        raise RefusedError("the text was not taken")
    return SPEECH.pack(rate, len(events)) + b"".join(events) + b"".join(samples)


def list_voices(library: ctypes.CDLL) -> bytes:
    """Every voice as JSON: identifier, name, and languages with the best first."""
    found = []
    voices = library.espeak_ListVoices(None)
    index = 0
    while voices[index]:
        voice = voices[index].contents
        found.append(
            {
                "identifier": (voice.identifier or b"").decode(),
                "name": (voice.name or b"").decode(),
                "languages": _languages(voice.languages),
            }
        )
        index += 1
    return json.dumps(found).encode()


def serve(library: ctypes.CDLL, rate: int, limit_ms: int) -> None:
    """Answer requests, one after the other, each in a child of its own, until the input ends."""
    while (body := read_frame(lambda size: os.read(0, size))) is not None:
        write_frame(1, *_answer(library, rate, limit_ms, body))


def read_frame(read: Callable[[int], bytes]) -> bytes | None:
    """One frame's body; None at the end of the input, also within a frame."""
    head = _read_exactly(read, LENGTH.size)
    return None if head is None else _read_exactly(read, LENGTH.unpack(head)[0])


def write_frame(descriptor: int, status: bytes, body: bytes) -> None:
    """Write one frame whole."""
    rest = memoryview(LENGTH.pack(len(status) + len(body)) + status + body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _answer(library: ctypes.CDLL, rate: int, limit_ms: int, body: bytes) -> tuple[bytes, bytes]:
    try:
        request = json.loads(body) if len(body) <= REQUEST_LIMIT else None
    except ValueError:
        request = None
    if not isinstance(request, dict):
        return ANSWER_REFUSED, b"no request"
    reading, writing = os.pipe()
    zygote = os.getpid()
    child = os.fork()
    if child == 0:
        _serve_in_child(library, rate, request, writing, zygote)
    os.close(writing)
    try:
        told = _collect(reading, time.monotonic() + limit_ms / 1000)
    finally:
        os.close(reading)
    if told is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return ANSWER_LATE, b""
    _, status = os.waitpid(child, 0)
    if status != 0 or not told:
        return ANSWER_CRASHED, str(os.waitstatus_to_exitcode(status)).encode()
    return told[:1], told[1:]


def _serve_in_child(
    library: ctypes.CDLL, rate: int, request: dict[str, object], writing: int, zygote: int
) -> None:
    """Do the request and end the child, whatever happens."""
    code = 1
    try:
        die_with_parent(zygote)
        os.close(0)
        os.close(1)
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
        try:
            told = ANSWER_OK + (
                list_voices(library) if request.get("voices") else speak(library, rate, request)
            )
        except RefusedError as refused:
            told = ANSWER_REFUSED + str(refused).encode()
        rest = memoryview(told)
        while rest:
            rest = rest[os.write(writing, rest) :]
        code = 0
    finally:
        os._exit(code)


def _collect(reading: int, deadline: float) -> bytes | None:
    """All that the child writes; None when time is up."""
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(reading, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _checked(request: dict[str, object]) -> tuple[bytes, bytes, int, int]:
    text, voice = request.get("text"), request.get("voice")
    speed, pitch = request.get("rate"), request.get("pitch")
    if not isinstance(text, str) or not 0 < len(text) <= TEXT_LIMIT:
        raise RefusedError("text")
    # Below the space stand the library's embedded commands, and the NUL that ends a string in C.
    if any(character < " " or character == "\x7f" for character in text):
        raise RefusedError("control characters")
    if not isinstance(voice, str) or not voice or not all(c.isalnum() or c in "-+_/" for c in voice):
        raise RefusedError("voice")
    if type(speed) is not int or not RATES[0] <= speed <= RATES[1]:
        raise RefusedError("rate")
    if type(pitch) is not int or not PITCHES[0] <= pitch <= PITCHES[1]:
        raise RefusedError("pitch")
    return text.encode(), voice.encode(), speed, pitch


def _symbol(event: _Event) -> bytes:
    """At most eight bytes of UTF-8; what stands behind the NUL is left over from an earlier one."""
    return ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0]


def _languages(address: int | None) -> list[str]:
    """The library's list: a priority byte (lower is better) and a string each, ended by a zero."""
    found: list[tuple[int, int, str]] = []
    while address and (priority := ctypes.string_at(address, 1)[0]):
        tag = ctypes.string_at(address + 1)
        found.append((priority, len(found), tag.decode()))
        address += len(tag) + 2
    return [tag for _, _, tag in sorted(found)]


def _read_exactly(read: Callable[[int], bytes], size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = read(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent's thread ends; elsewhere than on Linux do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def main(arguments: list[str]) -> int:
    """Run the program: library, folder of its data, time limit of a request, parent's id."""
    path, data, limit_ms, parent = arguments
    # Ctrl-C reaches the whole group; the end of the input is what ends this program.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(int(parent))
    try:
        library, rate, version = open_library(path, data)
    except OSError as error:
        write_frame(1, ANSWER_REFUSED, str(error).encode())
        return 1
    write_frame(1, ANSWER_OK, version.encode())
    serve(library, rate, int(limit_ms))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
