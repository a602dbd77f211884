"""Batches that are good until they are damaged: every kind of file that a person hands in."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
from PIL import ExifTags, Image

from tests.farm.fuzz.damage import CELLS, bytes_damaged, png_damaged, text_damaged

_DEMO = Path(__file__).resolve().parents[3] / "demo/portraits/leo.png"
_HEADER = (
    "id", "script", "script_file", "portrait", "voice", "language", "speed", "format", "fps", "title",
    "name", "count", "background", "label", "face.box", "urgency", "quality",
    "captions.burn", "preview", "loudness", "face.motion", "department",
)  # fmt: skip
_ROWS = (
    (
        "welcome", "Hello {{name|friend}}! [pause 1s] You are number {{count:whole|1}}.", "",
        "portrait.jpg", "en-us", "en", "100", "square-512", "25", "A title", "Maria", "3", "", "", "", "",
        "", "yes", "", "", "calm", "",
    ),
    (
        "欢迎", "您好，{{name}}！今天我们来学习安全知识。", "", "portrait.jpg", "cmn", "zh", "",
        "wide", "", "标题", "李雷", "4",
        "#1f3a5f", "cn", "", "urgent", "draft", "", "yes", "-18", "", "",
    ),
    (
        "file", "", "talk.txt", "portrait.jpg", "", "", "120", "tall-720", "30", "", "Ana", "5", "blur",
        "eu", "", "", "", "no", "no", "", "", "default",
    ),
    (
        "bad", "…", "", "gone.jpg", "nobody", "xx", "900", "round", "23", "", "", "many", "#zz", "?", "1,2",
        "now", "best", "perhaps", "2", "-99", "wild", "nobody",
    ),
)  # fmt: skip
_TALK = "One sentence for {{name}}. Another one, with a pause [pause 0.5s] in it.\n\n第二段。\n"
_SIDE = """template = "talk.txt"
[defaults]
voice = "en-us"
format = "square-512"
speed = 110
name = "friend"
"""
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "latin-1", "cp932", "utf-32")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Files of one folder, and which of them is handed in."""

    manifest: str
    files: Mapping[str, bytes]


def damaged_batch(seed: int) -> Batch:
    """A batch that some damage was done to, the same each time for a seed."""
    rng = random.Random(seed)  # noqa: S311 - it has to be repeatable
    return rng.choice(_KINDS)(rng)


def _files(manifest: str, content: bytes, **others: bytes) -> Batch:
    named = {name.replace("_", "."): data for name, data in others.items()}
    files = {"portrait.jpg": picture("JPEG"), "talk.txt": _TALK.encode(), manifest: content, **named}
    return Batch(manifest=manifest, files=files)


def _table(rng: random.Random) -> list[list[str]]:
    """The rows with some of their cells exchanged, the header among them."""
    table = [list(row) for row in (_HEADER, *_ROWS)]
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        row = rng.choice(table[1:]) if rng.random() < 0.9 else table[0]
        row[rng.randrange(len(row))] = rng.choice(CELLS) if rng.random() < 0.8 else rng.choice(_HEADER)
    if rng.random() < 0.1:
        table.insert(rng.randrange(len(table)), [])
    if rng.random() < 0.1:
        rng.choice(table).extend(rng.choices(CELLS, k=rng.choice((1, 3, 600))))
    if rng.random() < 0.1:
        del rng.choice(table)[rng.randrange(1, len(_HEADER)) :]
    return table


def _csv(rng: random.Random) -> bytes:
    text = io.StringIO()
    csv.writer(
        text, delimiter=rng.choice(",,,;\t|"), lineterminator=rng.choice(("\n", "\r\n", "\r"))
    ).writerows(_table(rng))
    written = text.getvalue()
    if rng.random() < 0.4:
        written = text_damaged(written, rng, times=rng.choice((1, 2, 5)))
    return written.encode(rng.choice(_ENCODINGS[:5] * 4 + _ENCODINGS), errors="replace")


def _delimited(rng: random.Random) -> Batch:
    data = _csv(rng)
    if rng.random() < 0.5:
        data = bytes_damaged(data, rng, times=rng.choice((1, 2, 8)))
    return _files(rng.choice(("films.csv", "films.CSV", "films.txt", "films")), data)


def _json_lines(rng: random.Random) -> Batch:
    header, *rows = _table(rng)
    values: tuple[object, ...] = (
        None,
        True,
        3,
        2.5,
        1e300,
        [],
        ["a"],
        {},
        {"a": {"b": 1}},
        "\ud800",
        10**400,
    )
    lines = []
    for row in rows:
        document: dict[str, object] = dict(zip(header, row, strict=False))
        if rng.random() < 0.3:
            document[rng.choice(_HEADER)] = rng.choice(values)
        lines.append(json.dumps(document, ensure_ascii=rng.random() < 0.5))
    text = rng.choice(("\n", "\r\n", "\n\n")).join(lines)
    data = text.encode(errors="surrogatepass")
    if rng.random() < 0.6:
        data = bytes_damaged(data, rng, times=rng.choice((1, 2, 8)))
    return _files(rng.choice(("films.jsonl", "films.ndjson", "films.json")), data)


@cache
def _workbook() -> bytes:
    """A workbook as Excel's like would write it, with what people put into one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (_HEADER, *_ROWS):
        sheet.append(list(row))
    sheet["L2"], sheet["G2"], sheet["I2"] = 3, 1.2, 25
    sheet["J3"] = '=A2&"!"'
    sheet.merge_cells("J4:K4")
    book.create_sheet("Notes")["A1"] = "mine"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _spreadsheet(rng: random.Random) -> Batch:
    """A workbook that is damaged as a file, or inside one of its parts."""
    data = _workbook()
    if rng.random() < 0.4:
        return _files("films.xlsx", bytes_damaged(data, rng, times=rng.choice((1, 2, 8))))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    likely = [name for name in parts if "sheet" in name or "workbook" in name or "styles" in name]
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice(likely if rng.random() < 0.8 else list(parts))
        parts[name] = _part_damaged(parts[name], rng)
    if rng.random() < 0.05:
        del parts[rng.choice(list(parts))]
    remade = io.BytesIO()
    with zipfile.ZipFile(remade, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return _files("films.xlsx", remade.getvalue())


_ATTRIBUTES = (
    b'r="A1"', b'r="ZZZZZ9"', b'r="A0"', b'r="A99999999999999"', b'r=""', b't="s"', b't="d"', b't="e"',
    b't="b"', b't="x"', b's="9999999999"', b's="-1"', b'hidden="1"', b'count="-1"', b'ref="A1:XFD1048576"',
    b'ref="B:A"', b'numFmtId="14"',
)  # fmt: skip
_ELEMENTS = (
    b"<v>99999999999</v>", b"<v>-1</v>", b"<v>1e308</v>", b"<v></v>", b"<f>A1</f>", b"<is><t>x</t></is>",
    b"<row/>", b"<c/>", b'<mergeCell ref="A1:Q9"/>', b'<row r="1048577"/>', b"<x:y/>", b"<si/>", b"</row>",
    b'<c r="A1"><v>1</v></c>',
)  # fmt: skip


def _part_damaged(part: bytes, rng: random.Random) -> bytes:
    """A part of a workbook with other attributes or elements, or with damage of any kind."""
    way = rng.random()
    if way < 0.4:
        return bytes_damaged(part, rng, times=rng.choice((1, 3)))
    pieces, mark = (_ATTRIBUTES, b" ") if way < 0.7 else (_ELEMENTS, b"<")
    places = [at for at in range(len(part)) if part.startswith(mark, at)]
    at = rng.choice(places or [0])
    if mark == b" ":
        end = part.find(b'"', part.find(b'"', at) + 1) + 1
        return part[: at + 1] + rng.choice(pieces) + part[max(end, at + 1) :]
    return part[:at] + rng.choice(pieces) * rng.choice((1, 1, 50)) + part[at:]


def _beside(rng: random.Random) -> Batch:
    """Damage to a side file, or to a script in a file of its own."""
    rows = _table(random.Random(0))  # noqa: S311 - the plain table
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    side, talk = _SIDE.encode(), _TALK.encode(rng.choice(_ENCODINGS), errors="replace")
    if rng.random() < 0.5:
        side = text_damaged(_SIDE, rng, times=2).encode(errors="replace")
    if rng.random() < 0.5:
        side = bytes_damaged(side, rng, times=rng.choice((1, 3)))
    if rng.random() < 0.6:
        talk = bytes_damaged(talk, rng, times=rng.choice((1, 3)))
    return _files("films.csv", text.getvalue().encode(), films_toml=side, talk_txt=talk)


_TURNED = frozenset({"JPEG", "PNG", "WEBP"})


@cache
def picture(form: str, mode: str = "RGB") -> bytes:
    """A small portrait in some form, lying on its side where the form can say so."""
    with Image.open(_DEMO) as whole:
        small = whole.resize((320, 320)).convert(mode)
    data = io.BytesIO()
    if form not in _TURNED:
        small.save(data, form)
        return data.getvalue()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    small.transpose(Image.Transpose.ROTATE_90).save(data, form, exif=exif)
    return data.getvalue()


_FORMS = (
    ("JPEG", "RGB"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "RGBA"),
    ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"),
    ("BMP", "RGB"), ("TIFF", "RGB"),
)  # fmt: skip


def _photograph(rng: random.Random) -> Batch:
    """Damage to a portrait, or to a picture behind one."""
    form, mode = rng.choice(_FORMS)
    data = picture(form, mode)
    if form == "PNG" and rng.random() < 0.5:
        data = png_damaged(data, rng)
    else:
        data = bytes_damaged(data, rng, times=rng.choice((1, 1, 3)))
    name = rng.choice((f"face.{form.casefold()}", "face.jpg", "face"))
    behind = name if rng.random() < 0.2 else ""
    first, second = f"a,Hello.,{name},square-512,", f"b,Hello.,portrait.jpg,wide-512,{behind}"
    rows = f"id,script,portrait,format,background\n{first}\n{second}\n"
    return Batch(manifest="films.csv", files={**_files("films.csv", rows.encode()).files, name: data})


_KINDS: tuple[Callable[[random.Random], Batch], ...] = (
    _delimited, _delimited, _delimited, _spreadsheet, _spreadsheet, _spreadsheet, _json_lines, _beside,
    _photograph, _photograph,
)  # fmt: skip
