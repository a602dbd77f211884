"""Ways to damage bytes and text: what disks, programs, people and enemies do to files."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence

#: Bytes that mean something somewhere.
TOKENS = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b'"', b'""', b"'", b",", b";", b"\t", b"\r", b"\n",
    b"\r\n", b"=", b"{{", b"}}", b"{{name}}", b"{{a|{{b}}}}", b"[pause 1s]", b"<", b">", b"&", b"&lol;",
    b"<!DOCTYPE x>", b"<!--", b"]]>", b"\\u0000", b"\\ud800", b"null", b"[" * 3000, b'{"a":' * 3000,
    b"1e999", b"-1", b"99999999999999999999", b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"../", b"/dev/zero", b"\xe2\x80\xae", b"\xef\xbf\xbe", b"\xcc\x81" * 500, b"PK\x03\x04", b"PK\x05\x06",
    b"%PDF", b"\x1b[31m",
)  # fmt: skip

#: Cells that people, programs and enemies write.
CELLS = (
    "", " ", "\u3000", "=1+1", '=HYPERLINK("x")', "+49 30 12", "-", "@name", "#N/A", "#REF!", "TRUE", "0",
    "-1", "1e309", "NaN", "inf", "1" * 400, "0x10", "१२", "１６：９", "16:9", "9:16", "0.67361111", "1,5",
    "1.5", "1:1", "wide", "Wide-1080", "tall-720", "square-512", "portrait", "square-99999999", "square-0",
    "wide--1", "24", "59.94", "../secret.txt", "/etc/passwd", "C:\\films\\a.png", "con", "nul.txt",
    "a" * 300, "é" * 200, "x" * 90_000, "\u202eevil", "e" + "\u0301" * 4000, "👩‍👩‍👧‍👦" * 50,
    "مرحبا بالعالم", "שלום", "\x00", "a\x00b", "\x1b[2J", "\ud83d", "\ufeff", "\u200b", "NULL", "None",
    "{{name}}", "{{ name | friend }}", "{{name:date}}", "{{name:whole|x}}", "{{name:number|1}}",
    "{{{{name}}}}", "{{", "}}", "{{|}}", "{{:}}", "{{script}}", "{{title}} {{id}}", "｛｛name｝｝",
    "[pause 1.5s]", "[pause 99999999999s]", "[pause x]", "[pause -1s]", "[pause", "<speak>hi</speak>",
    "....", "Dr. Smith paid $3.50 on 1/2/2026 at 5 p.m.; e.g. http://example.com/?q=1&r=2 #tag @you 100%",
    "你好，世界！今天是二〇二六年。", "。" * 300,
    "word " * 3000, "字" * 3000, "A" * 3000, "1234567890" * 40, "1/0", "…",
    "none", "cn", "eu", "yes", "maybe", "blur", "#fff", "#gggggg", "red", "neutral", "Friendly", "calm",
    "lively", "en", "zh-CN", "xx-klingon", "en_US.UTF-8", "espeak/en-us", "espeak/", "/en-us", "coqui/xtts",
    "urgent", "BULK", "1,2,3,4", "0,0,0,0", "-5,-5,99999,99999", "5,5", "default", "marketing", "2026-11-20",
    "45983", "draft", "portrait.jpg", "PORTRAIT.JPG", "folder", "link.jpg", "gone.jpg", "talk.txt",
    "films.csv", ".", "..", "a/../b",
)  # fmt: skip


def bytes_damaged(data: bytes, rng: random.Random, *, times: int) -> bytes:
    """Bytes with some damage, never more than a few times as many."""
    for _ in range(times):
        data = rng.choice(_BYTE_WAYS)(data, rng)
    return data


def text_damaged(text: str, rng: random.Random, *, times: int) -> str:
    """Text with pieces of other texts in it, or of its own elsewhere."""
    for _ in range(times):
        at = rng.randrange(len(text) + 1)
        piece = rng.choice(CELLS) if rng.random() < 0.7 else text[at : at + rng.randrange(1, 40)]
        cut = at + (rng.randrange(20) if rng.random() < 0.5 else 0)
        text = text[:at] + piece + text[cut:]
    return text


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.paretovariate(0.6)))


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 30))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _end_early(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    piece = rng.choice(TOKENS) if rng.random() < 0.7 else rng.randbytes(rng.randrange(1, 64))
    return data[:at] + piece + data[at:]


def _replace(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + rng.choice(TOKENS) + data[end:]


def _double(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 2, 20)) + data[end:] if len(data) < 1 << 20 else data


def _number(data: bytes, rng: random.Random) -> bytes:
    """Another number where a count, a size or an offset may stand."""
    kind = rng.choice(("<H", ">H", "<I", ">I", "<Q"))
    most = (1 << (8 * struct.calcsize(kind))) - 1
    number = struct.pack(kind, rng.choice((0, 1, most, most // 2, most // 2 + 1, rng.randrange(most))))
    at = rng.randrange(len(data) + 1)
    return data[:at] + number + data[at + len(number) :]


_BYTE_WAYS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flip, _flip, _cut, _end_early, _insert, _insert, _replace, _double, _number, _number,
)  # fmt: skip


def png_damaged(data: bytes, rng: random.Random) -> bytes:
    """A PNG with damage inside a chunk whose checksum is right, so that it is believed for longer."""
    at, chunks = 8, []
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    number = rng.randrange(len(chunks))
    kind, content = chunks[number]
    if kind == b"IDAT" and rng.random() < 0.5:
        content = zlib.compress(bytes_damaged(zlib.decompress(content), rng, times=1))
    else:
        content = bytes_damaged(content, rng, times=1)
    chunks[number] = (kind, content)
    if rng.random() < 0.2:
        rng.shuffle(chunks)
    return data[:8] + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
