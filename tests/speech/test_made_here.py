"""A film in this process is heard, checked and spoken in a person's voice as one of the queue is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from db import consents, migrate, profiles
from db.engine import connect
from farm import lexicon
from farm.bootstrap import Farm, open_farm, settings_of
from farm.choices import Wish
from farm.local import Made, make_film
from farm.orders import Order, job_of
from farm.profiles import adding
from farm.say import Preview, SaidText, say
from farm.sources import json_artifact
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.errors import InputError
from pipeline.plan.hearing import Check
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lexicon import Entry, to_json
from pipeline.plan.models import ModelKind
from pipeline.plan.people import ProfileKind
from pipeline.plan.portrait import Finding
from pipeline.plan.trim import master
from pipeline.plan.wave import sound_of
from tests.db.persons import found_department
from tests.farm import people
from tests.farm.models.cards import put, put_folder
from tests.support.ears import HELLO, TEXT, make_reciting, require_ears
from tests.support.eye import require_landmarks
from tests.support.freevc import freevc_folder, require_coqui, sample_of
from tests.support.recordings import talk, written
from tests.support.shared import made_once
from tests.tasks.yard import PORTRAIT

require_ears()
require_coqui()

_WRONG = "Nobody hears that."
_ENGLISH = VoiceChoice(engine="espeak", name="en-us", language="en")


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A home with an empty ledger, where single films are made, too."""
    require_landmarks()
    home = tmp_path / "home"
    home.mkdir()
    engine = connect(f"sqlite:///{home / 'ledger.sqlite3'}")
    migrate.upgrade(engine)
    engine.dispose()
    with open_farm(settings_of({"LECTERN_HOME": str(home), "LECTERN_WORKER__THREADS": "1"})) as opened:
        yield opened


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """A film of one sentence, which no ear of these tests understands."""
    script = tmp_path / "script.txt"
    script.write_text(_WRONG)
    with Image.open(PORTRAIT) as picture:
        picture.resize((300, 300)).save(tmp_path / "face.png")
    wish = Wish(format="portrait", language="en")
    return Order(portrait=tmp_path / "face.png", script=script, film=tmp_path / "film.mp4", wish=wish)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A recording of another one, which they do."""
    voice = EspeakVoice()
    try:
        speech = master(voice.speak(TEXT, _ENGLISH))
    finally:
        voice.close()
    return written(tmp_path / "talk.wav", np.pad(speech.samples, 12_000))


def _hears(farm: Farm, factory: pytest.TempPathFactory) -> None:
    """Put a model on the shelf that hears one sentence in whatever is said."""
    content = made_once(factory, "reciting.pt", lambda path: make_reciting(path, HELLO)).read_bytes()
    put(farm.models.root, "small", content, kind=ModelKind.WHISPER)


def _made(farm: Farm, order: Order) -> Made:
    return make_film(farm, order, progress=lambda *_: None, check=lambda: None)


def _said(farm: Farm, preview: Preview) -> SaidText:
    return say(farm, preview, check=lambda: None, told=lambda *_: None)


def _of_recordings(warnings: Sequence[Finding]) -> list[str]:
    """What is said of a recording; the portrait is small, so that the film is made fast."""
    return [each.code for each in warnings if each.code.startswith("recording-")]


def _refused(farm: Farm, order: Order) -> str:
    with pytest.raises(InputError) as refused:
        _made(farm, order)
    assert not order.film.exists()
    return refused.value.code


def test_a_narration_is_checked(farm: Farm, order: Order, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its warning is told and its manifest says what was found; or nothing is written, as was wished."""
    assert _refused(farm, replace(order, check="all")) == "check-no-ear"
    assert _refused(farm, replace(order, check="some")) == "check-unknown"
    _hears(farm, tmp_path_factory)
    made = _made(farm, replace(order, check="all"))
    assert [each.facts["text"] for each in made.warnings if each.code == "film-narration-doubtful"] == [
        _WRONG
    ]
    told = json.loads(made.files[".json"].read_text("utf-8"))["hearing"]
    assert (told["check"], told["checked"], told["doubtful"]) == ("all", 1, 1)
    stop = replace(order, check="all", check_failure="stop", film=order.film.with_name("stop.mp4"))
    assert _refused(farm, stop) == "narration-wrong"


def test_a_recording_is_shown(
    farm: Farm, order: Order, recording: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With its words, also in a text beside it; what means nothing to it is told."""
    _hears(farm, tmp_path_factory)
    heard = replace(order, script=None, audio=recording, denoise="yes")
    made = _made(farm, replace(heard, wish=replace(order.wish, speed="120")))
    assert TEXT in made.files[".srt"].read_text("utf-8").replace("\n", " ")
    assert made.files[".txt"].read_text("utf-8") == f"{TEXT}\n"
    assert _of_recordings(made.warnings) == ["recording-option-idle", "recording-not-cleaned"]
    told = json.loads(made.files[".json"].read_text("utf-8"))
    assert told["hearing"]["denoised"] is True
    assert told["inputs"]["recording"]["size"] == recording.stat().st_size
    assert told["transcript"]["size"] == len(f"{TEXT}\n")


def test_a_recording_is_only_timed_by_its_script(
    farm: Farm, order: Order, recording: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As a row's is; and the script is never written over by the words beside the film."""
    _hears(farm, tmp_path_factory)
    timed = replace(order, audio=recording, film=order.film.with_name("script.mp4"), replace=True)
    assert _refused(farm, timed) == "command-output-input"
    job, doubts = job_of(farm, timed)
    assert (job.recording is not None, job.voice.engine, _of_recordings(doubts)) == (True, "", [])
    assert job.hearing is not None
    assert (job.hearing.check, job.hearing.timed_by) == (Check.NONE, job.script.digest)


def test_without_an_ear_a_recording_is_its_sound_alone(farm: Farm, order: Order, tmp_path: Path) -> None:
    """Without captions and without a text beside it, which is said once."""
    file = written(tmp_path / "short.wav", talk(talks=((200, 700),), ms=800))
    made = _made(farm, replace(order, script=None, audio=file))
    assert ".txt" not in made.files
    assert _of_recordings(made.warnings) == ["recording-no-ear"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"script": None}, "command-nothing-said"),
        ({"audio": "nowhere.wav"}, "manifest-file-missing"),
        ({"audio": "."}, "manifest-file-irregular"),
        ({"audio": "script.txt"}, "recording-kind"),
        ({"audio": "talk.wav", "denoise": "perhaps"}, "recording-denoise-unknown"),
        ({"audio": "talk.wav", "wish": Wish(language="english")}, "recording-language-unknown"),
        ({"department": "nobody"}, "submit-department-unknown"),
        ({"portrait": Path("profile:Nobody")}, "profile-unknown"),
    ],
)
@pytest.mark.usefixtures("recording")
def test_what_is_wrong_is_refused_as_in_a_row(
    farm: Farm, order: Order, tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    """With the same code, and nothing is written."""
    named = changes.get("audio")
    changed = {**changes, "audio": tmp_path / named} if isinstance(named, str) else changes
    assert _refused(farm, replace(order, **changed)) == code  # type: ignore[arg-type]


@pytest.fixture
def anna(farm: Farm, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Farm:
    """A farm with a person's picture and voice, and a model that converts voices."""
    folder = freevc_folder(tmp_path_factory)
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    put_folder(farm.models.root, "freevc", files, kind=ModelKind.CONVERTER)
    people.portrait(farm, tmp_path)
    sample = written(tmp_path / "anna.wav", np.pad(master(sample_of("anna")).samples, 9_600))
    adding.add_voice(farm, people.given(tmp_path, "Anna"), sample, by="bert")
    return farm


def test_a_preview_sounds_like_the_person(anna: Farm, tmp_path: Path) -> None:
    """As long as the voice that speaks, at the same times, in another timbre; nothing of it is kept."""
    plain, like = tmp_path / "plain.wav", tmp_path / "like.wav"
    _said(anna, Preview(text=TEXT, wish=Wish(voice="en-us"), file=plain))
    said = _said(anna, Preview(text=TEXT, wish=Wish(voice="profile:anna+espeak"), file=like))
    assert said.person is not None
    assert (said.person.name, said.voice) == ("Anna", "espeak/en-us")
    sounds = [sound_of(path.read_bytes()).astype(np.float64) for path in (plain, like)]
    assert len(sounds[0]) == len(sounds[1])
    assert abs(np.corrcoef(sounds[0], sounds[1])[0, 1]) < 0.9
    assert not (anna.settings.home / "cache").exists()


def test_a_film_shows_and_sounds_like_the_person(anna: Farm, order: Order) -> None:
    """Its manifest names them, and their department's dictionary counts."""
    entry = Entry(word="Nobody", language="en", said="no body")
    lexicon.add(anna, "default", entry)
    order = replace(
        order, portrait=Path("profile:anna"), wish=replace(order.wish, voice="profile:Anna", language="")
    )
    told = json.loads(_made(anna, order).files[".json"].read_text("utf-8"))
    assert {(each["kind"], each["person"]) for each in told["people"]} == {
        ("voice", "Anna Lee"),
        ("portrait", "Anna Lee"),
    }
    assert [each["role"] for each in told["inputs"]["models"]] == ["convert"]
    assert told["inputs"]["lexicon"]["digest"] == json_artifact(to_json([entry])).digest


@pytest.mark.parametrize(
    ("ending", "code"), [("withdrawn", "consent-withdrawn"), ("foreign", "profile-foreign")]
)
def test_who_may_not_be_used_is_refused(anna: Farm, order: Order, ending: str, code: str) -> None:
    """For a film and for a preview, by the voice as by the picture, as in a row."""
    department = ""
    if ending == "foreign":
        department = "sales"
        found_department(anna.ledger, department)
    else:
        for kind in ProfileKind:
            found = profiles.find(anna.ledger, kind, "Anna")
            assert found is not None
            consents.withdraw(anna.ledger, found, by="bert")
    wish = replace(order.wish, voice="profile:Anna")
    for wanted in (replace(order, wish=wish), replace(order, portrait=Path("profile:Anna"))):
        assert _refused(anna, replace(wanted, department=department)) == code
    with pytest.raises(InputError) as refused:
        _said(anna, Preview(text=TEXT, wish=wish, department=department))
    assert refused.value.code == code
