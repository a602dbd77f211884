"""Promises about the list of columns."""

from __future__ import annotations

from dataclasses import fields

from farm import columns
from farm.columns import COLUMNS, RESERVED, ColumnKind
from farm.rows import Wanted
from farm.template import plain_name


def test_each_column_stands_once_in_plain_form() -> None:
    """A name is found however it is written, and means one thing."""
    names = columns.named()
    assert len(set(names)) == len(names) == len(COLUMNS)
    assert [plain_name(name) for name in names] == list(names)
    assert not RESERVED & set(names)


def test_fields_are_fields_of_a_row() -> None:
    """Every field has its place in what a row says."""
    known = {field.name for field in fields(Wanted)}
    assert set(columns.named((ColumnKind.FIELD,))) <= known


def test_every_phrase_is_one_line_in_both_languages() -> None:
    """A table's cell has no line break, and no language is left out."""
    for column in COLUMNS:
        for phrase in (column.means, column.values, column.empty):
            assert phrase.en.strip() == phrase.en != ""
            assert phrase.zh.strip() == phrase.zh != ""
            assert "\n" not in phrase.en + phrase.zh


def test_only_reserved_names_shorten_an_option() -> None:
    """Whoever writes ``motion`` is told ``face.motion``; ``box`` stays free for scripts."""
    assert columns.is_option_unknown("motion")
    assert columns.is_option_unknown("face.mood")
    assert not columns.is_option_unknown("face.motion")
    assert not columns.is_option_unknown("box")
    assert not columns.is_option_unknown("deadline")


def test_what_people_call_a_column_is_known() -> None:
    """Other words for a column, in English and Chinese, and slips of the finger lead to its name."""
    for written, name in [("Photo", "portrait"), ("脚本", "script"), ("voise", "voice"), ("TITLE", "title")]:
        assert columns.meant(written, columns.named()) == name
    assert columns.meant("voise", columns.named(), exact=True) == ""
    for written, name in {
        "画面字幕": "captions.burn",
        "标识": "label",
        "帧率": "fps",
        "pitch": "voice.pitch",
    }.items():
        assert columns.meant(written, columns.named()) == name
    assert columns.meant("colour", columns.named()) == ""
    assert columns.meant("photo", ["script"]) == ""
