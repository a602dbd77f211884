"""Promises about the fonts of a machine: found by what they draw, read once, and never a reason to fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.media.fonts import LABEL_FILE, find_faces, reading
from tests.support.fonts import write_font


def test_a_font_tells_what_it_draws(tmp_path: Path) -> None:
    """Its family, weight, slant, height and letters are those of its tables."""
    file = write_font(tmp_path / "fonts/deep/a.otf", "ab中", family="My Boxes", weight=700, italic=True)
    (face,) = find_faces([], [tmp_path / "fonts"], index=tmp_path / "index.json")
    assert (face.path, face.family, face.weight, face.slanted) == (str(file), "My Boxes", 700, True)
    assert (face.height, face.advance, face.own) == (1200, 500, False)
    assert face.draws("ab中")
    assert not face.draws("c")


def test_the_label_s_font_is_a_font() -> None:
    """What Lectern ships is read like any other."""
    (face,) = reading.faces_of(LABEL_FILE)
    assert (face.family, face.height) == ("Lectern Label", 1448)


def test_files_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look opens no font; a font that was changed is read again."""
    file = write_font(tmp_path / "fonts/a.otf", "ab")
    index = tmp_path / "index.json"
    first = find_faces([], [tmp_path / "fonts"], index=index)
    with monkeypatch.context() as forbidden:
        forbidden.delattr(reading, "faces_of")
        assert find_faces([], [tmp_path / "fonts"], index=index) == first
    write_font(file, "abc")
    os.utime(file, (1, 1))
    (changed,) = find_faces([], [tmp_path / "fonts"], index=index)
    assert changed.draws("c")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema":1}', b'{"schema":1,"files":{"a":[{}]}}'])
def test_a_damaged_index_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in it, the fonts are found."""
    write_font(tmp_path / "fonts/a.otf", "ab")
    (tmp_path / "index.json").write_bytes(content)
    assert len(find_faces([], [tmp_path / "fonts"], index=tmp_path / "index.json")) == 1


def test_what_is_no_font_is_passed_over(tmp_path: Path) -> None:
    """Damaged files, other files, folders that are not there and names that would act as markup."""
    fonts = tmp_path / "fonts"
    whole = write_font(fonts / "a.otf", "ab")
    (fonts / "b.ttf").write_bytes(whole.read_bytes()[:300])
    (fonts / "c.ttc").write_bytes(b"ttcf")
    (fonts / "d.ttf").write_bytes(b"")
    (fonts / "e.txt").write_text("no font")
    write_font(fonts / "f.otf", "ab", family="x{\\p1}")
    faces = find_faces([], [fonts, tmp_path / "nowhere"], index=tmp_path / "index.json")
    assert [face.path for face in faces] == [str(whole)]


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A font that an old system named in its own encoding is found, and remembered."""
    whole = write_font(tmp_path / "fonts/a.otf", "ab")
    whole.rename(os.fsdecode(bytes(tmp_path / "fonts") + b"/caf\xe9.otf"))
    index = tmp_path / "index.json"
    first = find_faces([], [tmp_path / "fonts"], index=index)
    assert len(first) == 1
    assert index.is_file()
    assert find_faces([], [tmp_path / "fonts"], index=index) == first


def test_an_index_that_cannot_be_kept_is_done_without(tmp_path: Path) -> None:
    """Without it everything works, only slower."""
    write_font(tmp_path / "fonts/a.otf", "ab")
    (tmp_path / "file").write_text("in the way")
    assert len(find_faces([], [tmp_path / "fonts"], index=tmp_path / "file/index.json")) == 1


def test_the_operator_s_folder_is_marked(tmp_path: Path) -> None:
    """A font in a folder that was named, also within the system's, counts as the operator's own."""
    write_font(tmp_path / "fonts/own/a.otf", "ab")
    write_font(tmp_path / "fonts/b.otf", "ab", family="Other")
    faces = find_faces([tmp_path / "fonts/own"], [tmp_path / "fonts"], index=tmp_path / "index.json")
    assert [(Path(face.path).name, face.own) for face in faces] == [("b.otf", False), ("a.otf", True)]
