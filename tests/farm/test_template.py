"""Variables in scripts: substituted once, never evaluated."""

from __future__ import annotations

import pytest

from farm.template import fill, plain_name, variables_of
from pipeline.plan.errors import InputError


@pytest.mark.parametrize(
    "spelling",
    ["First Name", " first-name ", "FIRST_NAME", "ｆｉｒｓｔ　ｎａｍｅ", "\u200bFirst\u2060 Name\u202e"],
)
def test_names_are_plain(spelling: str) -> None:
    """Case, width, spaces, hyphens and what cannot be seen make no difference to a column or a variable."""
    assert plain_name(spelling) == "first_name"
    assert [variable.name for variable in variables_of(f"Hi {{{{{spelling}}}}}.")] == ["first_name"]


def test_each_spelling_once_in_order() -> None:
    """A script's variables are told in order, each once; single braces are text."""
    assert [variable.name for variable in variables_of("{{b}} {{a}} {{b}} {c} }}")] == ["b", "a"]
    assert variables_of("{not one}") == ()


@pytest.mark.parametrize(
    ("written", "name", "kind", "otherwise"),
    [
        ("name", "name", "text", None),
        ("name|friend", "name", "text", "friend"),
        (" First Name | dear friend ", "first_name", "text", "dear friend"),
        ("title|", "title", "text", ""),
        ("seats:whole", "seats", "whole", None),
        ("Seats : Whole | 12", "seats", "whole", "12"),
        ("start:time|14:30", "start", "time", "14:30"),
        ("name|a|b: c", "name", "text", "a|b: c"),
        ("姓名：text｜朋友", "姓名", "text", "朋友"),
    ],
)
def test_kinds_and_defaults(written: str, name: str, kind: str, otherwise: str | None) -> None:
    """A kind stands behind a colon, a default behind a bar; full-width signs are as good."""
    (variable,) = variables_of(f"Hi {{{{{written}}}}}!")
    assert (variable.written, variable.name) == (written, name)
    assert (variable.kind, variable.otherwise) == (kind, otherwise)


def test_full_width_braces() -> None:
    """A Chinese keyboard's braces are braces."""
    assert [variable.name for variable in variables_of("您好，｛｛姓名｝｝！")] == ["姓名"]
    assert fill("您好，｛｛姓名｝｝！", {"姓名": "王"}) == "您好，王！"


def test_filled_once() -> None:
    """A value is put in as it is: braces, backslashes and format marks mean nothing."""
    assert fill("{{a}}-{{b}}-{{a}}", {"a": r"{{b}}\1{0}%s", "b": "x"}) == r"{{b}}\1{0}%s-x-{{b}}\1{0}%s"


@pytest.mark.parametrize(
    "template",
    [
        "{{",
        "{{}}",
        "{{ }}",
        "{{|friend}}",
        "{{:date}}",
        "{{a",
        "{{a}",
        "{{a\n}}",
        "{{a()}}",
        "{{a}} {{",
        "{{a b!}}",
        "{{a.__class__[0]}}",
    ],
)
def test_malformed(template: str) -> None:
    """Braces that hold no name, or never close, are an error that shows them."""
    with pytest.raises(InputError) as caught:
        variables_of(template)
    assert caught.value.code == "manifest-variable-malformed"
    assert str(caught.value.facts["text"]).startswith("{{")


def test_variables_without_end() -> None:
    """A script with hundreds of variables is refused before every row has to fill them."""
    with pytest.raises(InputError) as caught:
        variables_of("".join(f"{{{{v{number}}}}}" for number in range(201)))
    assert caught.value.code == "manifest-variables-many"


@pytest.mark.parametrize("template", ["{{a:money}}", "{{a:}}", "{{a:date:time}}", "{{a: text b|x}}"])
def test_kinds_that_there_are_not(template: str) -> None:
    """Another kind is refused with those that there are."""
    with pytest.raises(InputError) as caught:
        variables_of(template)
    assert caught.value.code == "manifest-variable-kind"
    assert "whole" in str(caught.value.facts["known"])
