"""Promises of the page of one job."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from cli.show import page_of
from cli.terminal import Terminal
from farm.views.films import AttemptView, JobDetail, ModelView, Told
from pipeline.plan.messages import Language
from tests.cli.test_watch import JOB

ARCHIVED = "/srv/archive/2026-11-21/maria_01_hello"
WAITED = AttemptView(
    stage="render",
    chunk=0,
    number=1,
    outcome="interrupted",
    worker="cpu0",
    device="cpu",
    started="2026-11-21T01:00:00Z",
    ended="",
    machine_ms=40,
    held_ms=61_000,
    error=Told(code="farm-made-elsewhere", facts={}),
)
DETAIL = JobDetail(
    job=JOB,
    attempts=(WAITED,),
    files={kind: f"/store/{kind}" for kind in ("timeline", "film", "srt", "vtt", "poster", "manifest")},
    archived={},
    user="maria",
    scene="hello",
    voice="espeak/en-us",
    language="en",
    format="720x720",
    fps=25,
    quality="standard",
    loudness="",
    face="warp",
    mode="",
    models=(),
    expression="neutral",
    motion="calm",
    background="blur",
    captions=True,
    burned=False,
    label="both",
    label_name="",
    label_reason="",
    essence="",
    warnings=(),
    department="marketing",
)


def page(detail: JobDetail, language: Language = "en", *, tasks: str = "") -> str:
    """The page as it is printed."""
    screen = io.StringIO()
    speaking = Terminal(json_wanted=False, language=language, stdout=screen, stderr=screen)
    for line in page_of(detail, speaking, tasks=tasks):
        speaking.say(line)
    return screen.getvalue()


def test_a_job_leads_to_its_tasks_where_flower_is_known_to_be() -> None:
    """The whole address, also on a terminal that is narrower; no word of Flower where there is none."""
    link = "https://farm.example/flower/tasks?name=" + "%20" * 40 + "end"
    shown = page(DETAIL, tasks=link)
    assert link in "".join(shown.split())
    assert "FLOWER" not in page(DETAIL)


def test_everything_beside_an_archived_film_is_named() -> None:
    """Film, captions, poster and manifest where they lie in the archive; no path of the store."""
    film = f"{ARCHIVED}.mp4"
    done = replace(JOB, state="completed", stage="", archive="archived", film=film, per_cent=100)
    suffixes = {"film": ".mp4", "srt": ".srt", "vtt": ".vtt", "poster": ".jpg", "manifest": ".json"}
    shown = page(replace(DETAIL, job=done, archived={kind: ARCHIVED + end for kind, end in suffixes.items()}))
    for suffix in suffixes.values():
        assert shown.count(ARCHIVED + suffix) == 1
    assert "/store/" not in shown


def test_what_is_in_the_store_is_named_without_the_farms_own_files() -> None:
    """The timeline means nothing to a person."""
    shown = page(DETAIL)
    assert "/store/film" in shown
    assert "timeline" not in shown


def test_nothing_empty_is_named() -> None:
    """A job that waits for its turn is at nothing, and so nothing is said of it."""
    assert "NOW" not in page(replace(DETAIL, job=replace(JOB, state="queued", ahead=0)))
    assert "NOW" in page(DETAIL)


def test_whom_a_film_is_made_for_is_told() -> None:
    """Its department, whose quota, weight and stops are its own."""
    assert ["DEPARTMENT", "marketing"] in [line.split() for line in page(DETAIL).splitlines()]


def test_a_wait_for_a_shared_part_is_no_error() -> None:
    """It stands among the attempts as a wait, with a note."""
    (line,) = (line for line in page(DETAIL).splitlines() if "cpu0" in line)
    assert "waited" in line
    assert "Another worker is making a part" in line
    assert "ERROR" not in page(DETAIL)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            {
                "QUALITY": "draft",
                "LOUDNESS": "-18 LUFS",
                "EXPRESSION": "friendly",
                "MOTION": "none",
                "BACKGROUND": "#1f3a5f",
            },
        ),
        ("zh", {"画质": "草稿", "响度": "-18 LUFS", "表情": "亲切", "动作": "无", "背景": "#1f3a5f"}),
    ],
)
def test_wishes_for_face_and_background_are_told(language: Language, told: dict[str, str]) -> None:
    """In the reader's words; what is as always is not worth a line."""
    wished = replace(
        DETAIL, quality="draft", loudness="-18", expression="friendly", motion="none", background="#1f3a5f"
    )
    lines = dict(line.split(maxsplit=1) for line in page(wished, language).splitlines() if " " in line)
    assert told.items() <= lines.items()
    assert not told.keys() & set(page(DETAIL, language).split())


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            [
                "FACE ENGINE wav2lip (exact)",
                "MODEL lips (MPL-2.0, accepted by anna)",
                "RESTORED BY r (MIT)",
            ],
        ),
        ("zh", ["人脸引擎 wav2lip (exact)", "模型 lips (MPL-2.0，由 anna 接受)", "修复模型 r (MIT)"]),
    ],
)
def test_models_are_told_with_their_licences(language: Language, told: list[str]) -> None:
    """And who took on what a licence forbids; an engine without models is not worth a line."""
    models = (
        ModelView(role="face", name="lips", licence="MPL-2.0", accepted_by="anna"),
        ModelView(role="restore", name="r", licence="MIT", accepted_by=""),
    )
    drawn = replace(DETAIL, face="wav2lip", mode="exact", models=models)
    lines = {" ".join(line.split()) for line in page(drawn, language).splitlines()}
    assert set(told) <= lines
    assert "wav2lip" not in page(DETAIL, language)


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", {"QUALITY": "draft", "LOUDNESS": "-18 LUFS"}), ("zh", {"画质": "草稿", "响度": "-18 LUFS"})],
)
def test_wishes_for_the_delivery_are_told(language: Language, told: dict[str, str]) -> None:
    """Likewise."""
    wished = replace(DETAIL, quality="draft", loudness="-18")
    lines = dict(line.split(maxsplit=1) for line in page(wished, language).splitlines() if " " in line)
    assert told.items() <= lines.items()
    assert not told.keys() & set(page(DETAIL, language).split())


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "LABEL none, decided by Li Lei: shown to nobody"),
        ("zh", "标识 无，由 Li Lei 决定：shown to nobody"),
    ],
)
def test_who_did_without_a_label_is_told(language: Language, told: str) -> None:
    """By name and reason, for whoever looks at the job later."""
    bare = replace(DETAIL, label="none", label_name="Li Lei", label_reason="shown to nobody")
    lines = [" ".join(line.split()) for line in page(bare, language).splitlines()]
    assert told in lines


def test_a_label_is_told_where_it_is_not_the_usual_one() -> None:
    """So are captions that the film does not carry, and those in its pictures."""
    shown = page(replace(DETAIL, label="cn", captions=False, burned=True)).split("\n")
    lines = [" ".join(line.split()) for line in shown]
    assert {"LABEL for China", "CAPTIONS IN THE FILM none", "CAPTIONS IN THE PICTURE yes"} <= set(lines)
    assert not {"LABEL", "CAPTIONS"} & set(page(DETAIL).split())
