"""What the judgement of a portrait promises, measure by measure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.plan.messages import CATALOGUE, tell
from pipeline.plan.portrait import FaceMeasures, Finding, choose, judge, judge_whole

GOOD = FaceMeasures(
    box=(100, 100, 300, 340),
    width=200,
    cut=0,
    yaw=3,
    roll=2,
    shadow=20,
    blur=30,
    covered=5,
    beside_mouth=50,
    eyes=30,
    lightness=65,
    burnt_out=2,
)


def findings(
    *,
    size: tuple[int, int] = (1000, 1000),
    enlarged: int = 100,
    filled: int = 100,
    **measures: Any,  # noqa: ANN401
) -> list[str]:
    """Codes of what is said about a good face with some measures changed."""
    judged = judge(replace(GOOD, **measures), size=size, enlarged=enlarged, filled=filled)
    return [finding.code for finding in judged]


def test_a_good_portrait_is_passed_in_silence() -> None:
    """There is nothing to say about a good face."""
    assert findings() == []


@pytest.mark.parametrize(
    ("measure", "value", "code"),
    [
        ("cut", 5, None),
        ("cut", 6, "portrait-face-at-edge"),
        ("cut", 40, "portrait-face-at-edge"),
        ("cut", 41, "portrait-face-cut"),
        ("width", 90, None),
        ("width", 89, "portrait-face-small"),
        ("width", 80, "portrait-face-small"),
        ("width", 79, "portrait-face-too-small"),
        ("yaw", 15, None),
        ("yaw", 16, "portrait-turned"),
        ("yaw", 35, "portrait-turned"),
        ("yaw", 36, "portrait-turned-away"),
        ("roll", 20, None),
        ("roll", 21, "portrait-leaning"),
        ("roll", 41, "portrait-lying"),
        ("shadow", 74, None),
        ("shadow", 75, "portrait-shadowed"),
        ("blur", 74, None),
        ("blur", 75, "portrait-soft"),
        ("blur", 145, "portrait-blurred"),
        ("covered", 34, None),
        ("covered", 35, "portrait-mouth-covered"),
        ("beside_mouth", 20, None),
        ("beside_mouth", 19, "portrait-mouth-at-outline"),
        ("eyes", 19, None),
        ("eyes", 18, "portrait-eyes-closed"),
        ("lightness", 20, None),
        ("lightness", 19, "portrait-dark"),
        ("lightness", 10, "portrait-dark"),
        ("lightness", 9, "portrait-too-dark"),
        ("burnt_out", 25, None),
        ("burnt_out", 26, "portrait-bright"),
        ("burnt_out", 75, "portrait-bright"),
        ("burnt_out", 76, "portrait-too-bright"),
        ("enlarged", 300, None),
        ("enlarged", 301, "portrait-face-enlarged"),
        ("filled", 75, None),
        ("filled", 74, "portrait-film-unfilled"),
        ("size", (512, 512), None),
        ("size", (512, 511), "portrait-picture-small"),
    ],
)
def test_each_measure_speaks_at_its_threshold(measure: str, value: Any, code: str | None) -> None:  # noqa: ANN401
    """One measure out of bounds gives one finding, with words whose facts are all there."""
    changed: dict[str, Any] = {measure: value}
    assert findings(**changed) == ([] if code is None else [code])


def test_a_whole_picture_may_lose_the_face() -> None:
    """Where a film shows all of a picture, its face has to stay as large as a face has to be."""
    assert judge_whole(GOOD, enlarged=40) == ()
    assert [finding.code for finding in judge_whole(GOOD, enlarged=39)] == ["portrait-face-lost"]


def test_errors_come_first() -> None:
    """What refuses stands before what warns."""
    levels = [CATALOGUE[code].level for code in findings(roll=25, yaw=50, blur=80, size=(300, 300))]
    assert levels == ["error", "warning", "warning", "warning"]


def test_a_hopelessly_blurred_face_is_not_judged_further() -> None:
    """Where nothing can be seen, nothing is said of shadow or of what is before the mouth."""
    assert findings(blur=200, covered=100, shadow=90) == ["portrait-blurred"]


def test_a_soft_mouth_is_not_called_covered() -> None:
    """A soft picture has no line between the lips; that does not mean that they are hidden."""
    assert findings(blur=90, covered=80) == ["portrait-soft"]


def test_a_dark_mouth_is_not_called_covered() -> None:
    """Nor does a mouth that is hardly seen in the dark mean that something is before it."""
    assert findings(lightness=15, covered=80) == ["portrait-dark"]


def test_what_could_not_be_measured_is_told_once() -> None:
    """An eye without landmarks leaves the rest open, and says so."""
    nothing = dict.fromkeys(
        ("yaw", "roll", "shadow", "blur", "covered", "beside_mouth", "eyes", "lightness", "burnt_out")
    )
    assert findings(**nothing) == ["portrait-not-examined"]


def at(x: int, width: int) -> FaceMeasures:
    """A good face at a place."""
    return replace(GOOD, box=(x, 100, x + width, 100 + width), width=width)


def test_no_face_is_refused() -> None:
    """Without a face there is no film."""
    choice = choose([])
    assert choice.index is None
    assert [finding.code for finding in choice.findings] == ["portrait-no-face"]


def test_one_face_talks() -> None:
    """The only face is chosen in silence."""
    assert choose([GOOD]).index == 0
    assert choose([GOOD]).findings == ()


def test_two_like_faces_are_refused_with_their_boxes() -> None:
    """Nobody can know who is meant; the message gives what the column face.box needs."""
    choice = choose([at(100, 200), at(500, 101)])
    assert choice.index is None
    (finding,) = choice.findings
    assert finding.code == "portrait-several-faces"
    assert finding.facts == {"count": 2, "boxes": "100,100,200,200; 500,100,101,101"}


def test_people_in_the_background_only_warn() -> None:
    """A face at least twice as wide as every other one talks."""
    choice = choose([at(100, 200), at(500, 100), at(700, 20)])
    assert choice.index == 0
    assert [finding.code for finding in choice.findings] == ["portrait-faces-behind"]


def test_a_box_settles_who_talks() -> None:
    """The named face talks without a word, even the smaller one; it need not fit exactly."""
    faces = [at(100, 200), at(500, 100)]
    assert choose(faces, box=(480, 90, 90, 90)).index == 1
    assert choose(faces, box=(480, 90, 90, 90)).findings == ()


def test_a_box_without_a_face_is_refused() -> None:
    """A box that no face touches is an error that names the boxes of the faces."""
    choice = choose([at(100, 200)], box=(700, 700, 50, 50))
    assert choice.index is None
    assert [finding.code for finding in choice.findings] == ["portrait-box-without-face"]


@pytest.mark.parametrize(
    "finding",
    [
        *judge(
            replace(GOOD, cut=90, width=70, yaw=50, roll=50, blur=200, beside_mouth=0),
            size=(300, 300),
            enlarged=400,
        ),
        *judge(GOOD, size=(600, 600), enlarged=100, filled=50),
        *judge_whole(GOOD, enlarged=10),
        *judge(
            replace(GOOD, cut=9, width=85, yaw=20, roll=25, blur=80, shadow=90, beside_mouth=0),
            size=(300, 300),
            enlarged=400,
        ),
        *judge(replace(GOOD, covered=90, eyes=5, burnt_out=50), size=(600, 600), enlarged=400),
        *judge(replace(GOOD, lightness=15), size=(600, 600), enlarged=100),
        *judge(replace(GOOD, lightness=5), size=(600, 600), enlarged=100),
        *judge(replace(GOOD, burnt_out=90), size=(600, 600), enlarged=100),
        *choose([at(0, 100), at(300, 90)]).findings,
        *choose([at(0, 100), at(300, 20)]).findings,
        *choose([at(0, 100)], box=(800, 0, 9, 9)).findings,
    ],
    ids=lambda finding: finding.code,
)
def test_every_finding_can_be_told(finding: Finding) -> None:
    """A finding's level is its message's, and its facts fill the words in both languages."""
    assert CATALOGUE[finding.code].level == finding.level
    for language in ("en", "zh"):
        assert "{" not in tell(finding.code, finding.facts, language)
