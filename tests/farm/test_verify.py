"""Promises about verifying films: what they carry is told, and what is not as it was made."""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from farm.verify import Verdict, Verified, films_at, verify
from pipeline.media import stranger
from pipeline.media.boxes import box, full_box
from pipeline.plan.errors import InputError
from pipeline.plan.label import LABEL, NAME, REASON, Label
from pipeline.plan.switches import SOFT
from tests.support import films
from tests.support.joined import film_with_manifest

WAIVED = {LABEL: "none", NAME: "Li Lei", REASON: "shown to nobody"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled film with its manifest; not to be changed."""
    return film_with_manifest(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without label and captions."""
    return film_with_manifest(tmp_path_factory.mktemp("bare"), options={**WAIVED, SOFT.name: "no"})


@pytest.fixture
def film(made: Path, tmp_path: Path) -> Path:
    """A copy of the labelled one and its manifest."""
    shutil.copyfile(made.with_suffix(".json"), tmp_path / "film.json")
    return Path(shutil.copyfile(made, tmp_path / "film.mp4"))


def _ffmpeg(film: Path, *arguments: str) -> Path:
    """What FFmpeg makes of a film by copying, in its place."""
    other = film.with_name("other.mp4")
    films.media().run(["-i", f"file:{film}", "-map", "0", "-c", "copy", *arguments, f"file:{other}"])
    return other.replace(film)


def test_a_film_as_it_was_made(film: Path) -> None:
    """Everything that it carries is told, and everything agrees."""
    told = json.loads(film.with_suffix(".json").read_bytes())
    found = verify(film)
    assert found.verdict is Verdict.OK
    assert set(found.agree) == {"seal", "file", "essence", "label", "captions"}
    assert all(found.agree.values())
    assert (found.essence, found.digest) == (told["essence"], told["film"]["digest"])
    assert found.trace == films.TRACE.trace_id
    assert found.label == told["label"]["key"]
    assert found.shown == Label.BOTH.drawn
    assert found.captions is not None
    assert (found.captions.language, found.captions.cues) == ("eng", 2)
    assert found.size == film.stat().st_size


def test_a_film_alone_is_held_against_its_own_label(film: Path) -> None:
    """Without a manifest the label still says whether picture and sound are those that were made."""
    film.with_suffix(".json").unlink()
    found = verify(film)
    assert (found.verdict, found.manifest, found.agree) == (Verdict.OK, "", {"seal": True})
    assert found.trace == films.TRACE.trace_id


def _flip(film: Path) -> None:
    data = bytearray(film.read_bytes())
    data[-100] ^= 1
    film.write_bytes(data)


def _cut(film: Path) -> None:
    os.truncate(film, film.stat().st_size * 2 // 3)


def _shorten(film: Path) -> None:
    _ffmpeg(film, "-t", "1", "-movflags", "use_metadata_tags")


def _silence(film: Path) -> None:
    _ffmpeg(film, "-c:a", "aac", "-af", "volume=0", "-movflags", "use_metadata_tags")


@pytest.mark.parametrize("spoil", [_flip, _cut, _shorten, _silence])
@pytest.mark.parametrize("alone", [False, True])
def test_a_film_that_was_edited_is_told(film: Path, spoil: Callable[[Path], None], *, alone: bool) -> None:
    """One byte, the end, or all of its sound: label and manifest both say that it is not the same."""
    spoil(film)
    if alone:
        film.with_suffix(".json").unlink()
    found = verify(film)
    assert found.verdict is Verdict.MISMATCH
    assert found.agree["seal"] is False
    assert found.agree.get("essence", False) is False


def test_a_film_whose_label_was_removed_is_told(film: Path) -> None:
    """By its manifest; alone it is a film without a label, whose trace the comment still tells."""
    _ffmpeg(film)
    found = verify(film)
    assert (found.verdict, found.agree["label"], found.agree["essence"]) == (Verdict.MISMATCH, False, True)
    film.with_suffix(".json").unlink()
    found = verify(film)
    assert (found.verdict, found.label, found.agree) == (Verdict.UNLABELLED, {}, {})
    assert found.trace == films.TRACE.trace_id


def test_a_film_whose_label_was_rewritten_is_told(film: Path) -> None:
    """Another producer in the label is another label."""
    data = film.read_bytes().replace(films.PRODUCER.encode(), films.PRODUCER.encode()[::-1])
    film.write_bytes(data)
    found = verify(film)
    assert (found.verdict, found.agree["label"], found.agree["seal"]) == (Verdict.MISMATCH, False, True)


def test_a_new_title_changes_the_file_alone(film: Path) -> None:
    """Picture, sound, captions and label are still as they were made."""
    _ffmpeg(film, "-movflags", "use_metadata_tags", "-metadata", "title=Another")
    found = verify(film)
    assert found.verdict is Verdict.CHANGED
    assert [name for name, agrees in found.agree.items() if not agrees] == ["file"]


def test_captions_that_were_changed_are_told(film: Path) -> None:
    """Another word in the text track is not what the manifest says."""
    film.write_bytes(film.read_bytes().replace(b"Sentence 1.", b"Sentence 2."))
    found = verify(film)
    assert (found.verdict, found.agree["captions"], found.agree["seal"]) == (Verdict.MISMATCH, False, True)


def test_a_film_without_a_label_tells_who_decided_so(bare: Path) -> None:
    """With its manifest it is as it was made; alone nobody told why it has none."""
    found = verify(bare)
    assert (found.verdict, found.waived) == (Verdict.WAIVED, ("Li Lei", "shown to nobody"))
    assert (found.captions, found.shown) == (None, "")


def test_the_wrapped_reading_is_understood(bare: Path, tmp_path: Path) -> None:
    """Films of others have their label in an object of the key's name."""
    film = Path(shutil.copyfile(bare, tmp_path / "film.mp4"))
    label = '{"AIGC":{"Label":"1","ContentProducer":"001191330101MA27WPYJ18xliu","ProduceID":"7"}}'
    _ffmpeg(film, "-movflags", "use_metadata_tags", "-metadata", f"AIGC={label}")
    found = verify(film)
    assert found.verdict is Verdict.LABELLED
    assert found.label["ContentProducer"] == "001191330101MA27WPYJ18xliu"
    assert found.agree == {}


def test_a_manifest_of_an_older_version_is_understood(film: Path) -> None:
    """It tells nothing of label and captions, which are then compared with nothing."""
    path = film.with_suffix(".json")
    told = json.loads(path.read_bytes())
    del told["label"], told["captions"]["soft"]
    path.write_text(json.dumps(told))
    found = verify(film)
    assert (found.verdict, set(found.agree)) == (Verdict.OK, {"seal", "file", "essence"})


@pytest.mark.parametrize(
    "words", ["", "{", "[]", '{"film": 1}', '{"captions": {}, "film": {}}', "\0", "[" * 99_999]
)
def test_another_json_beside_a_film_is_no_manifest(film: Path, words: str) -> None:
    """Whatever it is, the film is verified without it."""
    film.with_suffix(".json").write_text(words)
    found = verify(film)
    assert (found.verdict, found.manifest) == (Verdict.OK, "")


@pytest.mark.parametrize(
    "data", [b"", b"no film", b"\0" * 4096, box(b"ftyp", b"isom"), box(b"moov"), b"\xff" * 99]
)
def test_what_is_no_film_is_told(tmp_path: Path, data: bytes) -> None:
    """With a reason, never with a traceback."""
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    found = verify(path)
    assert found.verdict is Verdict.UNREADABLE
    assert found.reason


def test_a_film_cut_anywhere_ends_in_an_answer(film: Path) -> None:
    """In its tables or in its packets; never in a verdict that all is well."""
    data = film.read_bytes()
    for cut in range(0, len(data), max(1, len(data) // 60)):
        film.write_bytes(data[:cut])
        assert verify(film).verdict in {Verdict.UNREADABLE, Verdict.MISMATCH, Verdict.UNLABELLED}


def test_a_film_with_a_spoiled_byte_ends_in_an_answer(film: Path) -> None:
    """Whichever byte of its tables it is, with another value."""
    data = film.read_bytes()
    end = data.index(b"mdat")
    for place in range(4, end, max(1, end // 150)):
        film.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        verify(film)


def test_tables_that_do_not_fit_into_memory_are_told(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a few kilobytes that says it has a thousand million packets does not get the room."""
    data = bare.read_bytes()
    at = data.index(b"stsz")
    (count,) = struct.unpack_from(">I", data, at + 12)
    claimed = struct.pack(">II", 1, 1_000_000_000)
    old = data[at - 4 : at + 16 + 4 * count]
    new = full_box(b"stsz", claimed)
    padded = new + box(b"free", bytes(len(old) - len(new) - 8))
    film = tmp_path / "film.mp4"
    film.write_bytes(data.replace(old, padded))
    monkeypatch.setattr(stranger, "MEMORY_BYTES", 1 << 28)
    assert verify(film).verdict is not Verdict.OK


def test_a_pipe_is_no_film(tmp_path: Path) -> None:
    """Nobody waits for what comes out of it."""
    pipe = tmp_path / "film.mp4"
    os.mkfifo(pipe)
    assert verify(pipe).verdict is Verdict.UNREADABLE


def _names(places: Sequence[Path], root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in films_at(places)]


def test_of_a_folder_every_film_is_meant(tmp_path: Path) -> None:
    """In order, those below it among them; what is hidden or no film is not, what is named always is."""
    (tmp_path / "day/.lectern-parts").mkdir(parents=True)
    for name in ("day/b.mp4", "day/a.MP4", "c.mp4", "c.srt", "day/.lectern-parts/x.mp4", ".d.mp4"):
        (tmp_path / name).touch()
    assert _names([tmp_path], tmp_path) == ["c.mp4", "day/a.MP4", "day/b.mp4"]
    hidden = tmp_path / ".d.mp4"
    assert _names([hidden, tmp_path / "c.srt", hidden], tmp_path) == [".d.mp4", "c.srt"]


def test_nothing_to_verify_is_told(tmp_path: Path) -> None:
    """A name that is not there, and a folder without films."""
    with pytest.raises(InputError, match="verify-no-films"):
        films_at([tmp_path])
    with pytest.raises(InputError, match="verify-nothing-there"):
        films_at([tmp_path / f"{'x' * 300}.mp4"])
    with pytest.raises(InputError, match="verify-nothing-there"):
        films_at([tmp_path / "gone.mp4"])


def test_a_verdict_is_a_value(film: Path) -> None:
    """Two looks at the same film are equal."""
    first: Verified = verify(film)
    assert verify(film) == first
