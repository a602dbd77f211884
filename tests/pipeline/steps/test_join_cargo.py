"""Promises about what a joined film carries besides picture and sound: captions and its label, read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.media import movie, splice
from pipeline.media.boxes import box
from pipeline.media.movie import _keyed
from pipeline.plan import aigc
from pipeline.plan.aigc import Mark
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import TransientError
from pipeline.plan.job import Typeface
from pipeline.plan.label import LABEL, NAME, REASON, Label
from pipeline.plan.switches import BURN, SOFT
from tests.pipeline.steps.joining import JoinFarm
from tests.support import films
from tests.support.fonts import write_font


def test_a_film_carries_its_captions(farm: JoinFarm) -> None:
    """Those of the files beside it, in the script's language; the manifest tells their digest."""
    import av

    film = farm.joined()
    with av.open(str(farm.store.open(film.film))) as container:
        stream = container.streams.subtitles[0]
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        assert stream.language == "eng"
    said = [packet[2:].decode() for packet in packets]
    assert said == ["", "Sentence 0.", "", "Sentence 1.", "", "Sentence 2.", ""]
    told = json.loads(farm.store.open(film.manifest).read_bytes())
    found = films.media().probe(farm.store.open(film.film)).words
    assert found is not None
    assert told["captions"]["soft"] == {"language": "eng", "packets": 7, "digest": found.digest}


def test_a_film_that_shall_not_carry_captions_does_not(farm: JoinFarm) -> None:
    """It is another file of the same essence; the captions beside it stay."""
    plain = farm.joined()
    film = farm.joined(replace(films.job(), options={SOFT.name: "no"}))
    found = films.media().probe(farm.store.open(film.film))
    assert found.words is None
    assert film.film.key != plain.film.key
    assert (film.essence, film.srt) == (plain.essence, plain.srt)
    assert json.loads(farm.store.open(film.manifest).read_bytes())["captions"]["soft"] is None


def test_a_manifest_tells_of_captions_in_the_pictures(farm: JoinFarm) -> None:
    """So that nobody adds them a second time."""
    burnt = replace(films.job(), options={BURN.name: "yes"})
    farm.render(burnt)
    for job, wanted in ((films.job(), False), (burnt, True)):
        told = json.loads(farm.store.open(farm.joined(job).manifest).read_bytes())
        assert told["captions"]["burned"] is wanted


def test_captions_in_the_pictures_are_those_of_files_and_track(farm: JoinFarm, tmp_path: Path) -> None:
    """Where fewer letters fit into a line of the picture, lines of files are as short: the same cues."""
    font = write_font(tmp_path / "boxes.otf", "Sentc 0123456789.")
    kept = farm.store.adopt(Kind.SOURCE, ".otf", font, limit_bytes=1_000_000)
    broad = Typeface(file=kept, family="Boxes", bold=False, height=1200, advance=3700)
    burnt = replace(films.job(), options={BURN.name: "yes"}, typefaces=(broad,))
    farm.render(burnt)
    film, plain = farm.joined(burnt), farm.joined()
    for made, said in ((film, "Sentence\n0."), (plain, "Sentence 0.")):
        assert said in farm.store.open(made.srt).read_text("utf-8")
        assert said in farm.store.open(made.vtt).read_text("utf-8")
        assert said.encode() in farm.store.open(made.film).read_bytes()
    (drawn,) = farm.planner(burnt).plan(1).insets[-1:]
    assert [part.rpartition("}")[2] for part in drawn.text.split("\\N")] == ["Sentence", "0."]


@pytest.mark.parametrize("label", ["", "cn", "eu"])
def test_a_film_bears_its_label(farm: JoinFarm, label: str) -> None:
    """Machines read who had it made, its trace and its essence; people read the label in the comment."""
    job = replace(films.job(), options={LABEL: label})
    farm.render(job)
    film = farm.joined(job)
    found = films.media().probe(farm.store.open(film.film))
    mark = aigc.read(found.label)
    assert mark == Mark(
        label="1",
        producer=films.PRODUCER,
        produced=films.TRACE.trace_id,
        sealed=film.essence,
        propagator=films.PRODUCER,
        propagated=films.TRACE.trace_id,
    )
    shown = Label(label or "both").drawn
    assert found.comment == f"{shown} · trace {films.TRACE.trace_id}"
    told = json.loads(farm.store.open(film.manifest).read_bytes())["label"]
    assert told == {
        "choice": label or "both",
        "shown": shown,
        "key": aigc.fields_of(mark),
        "waived": None,
    }


def test_a_film_without_a_label_tells_who_did_without(farm: JoinFarm) -> None:
    """Nothing in the film says that a machine made it; its manifest says whose decision that was."""
    waived = {LABEL: "none", NAME: "Li Lei", REASON: "shown to nobody"}
    job = replace(films.job(), options=waived)
    farm.render(job)
    film = farm.joined(job)
    found = films.media().probe(farm.store.open(film.film))
    assert (found.label, found.comment) == ("", f"trace {films.TRACE.trace_id}")
    told = json.loads(farm.store.open(film.manifest).read_bytes())["label"]
    assert told["key"] is None
    assert told["waived"] == {"name": "Li Lei", "reason": "shown to nobody"}


def _without_keys(_keys: object) -> bytes:
    return b""


def _other_keys(keys: Sequence[tuple[str, str]]) -> bytes:
    return _keyed([(name, value.replace('"1"', '"2"')) for name, value in keys])


def _misplaced_keys(keys: Sequence[tuple[str, str]]) -> bytes:
    return box(b"free", _keyed(keys))


@pytest.mark.parametrize("writer", [_without_keys, _other_keys, _misplaced_keys])
def test_a_film_without_its_label_never_leaves(
    farm: JoinFarm, monkeypatch: pytest.MonkeyPatch, writer: Callable[[object], bytes]
) -> None:
    """Whatever is wrong with the writer, what another reader does not find is no film."""
    monkeypatch.setattr(movie, "_keyed", writer)
    with pytest.raises(TransientError, match="media-label-wrong"):
        farm.join()
    assert farm.desk.count(Kind.FILM) == 0
    assert list((farm.store.root / ".parts").iterdir()) == []
    monkeypatch.undo()
    farm.joined()


def test_a_film_without_its_captions_never_leaves(farm: JoinFarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caption that a player would show at another time, or not at all, is no film."""
    monkeypatch.setattr(splice, "text_entry", lambda *_: box(b"tx3h", bytes(38)))
    with pytest.raises(TransientError, match="media-film-wrong"):
        farm.join()
    assert farm.desk.count(Kind.FILM) == 0
