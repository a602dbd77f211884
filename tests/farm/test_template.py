"""Variables in scripts: substituted once, never evaluated."""

from __future__ import annotations

import pytest

from farm.template import fill, plain_name, variables_of
from pipeline.plan.errors import InputError


@pytest.mark.parametrize("spelling", ["First Name", " first-name ", "FIRST_NAME", "ｆｉｒｓｔ　ｎａｍｅ"])
def test_names_are_plain(spelling: str) -> None:
    """Case, width, spaces and hyphens make no difference between a column and a variable."""
    assert plain_name(spelling) == "first_name"
    assert variables_of(f"Hi {{{{{spelling}}}}}.") == ("first_name",)


def test_each_variable_once_in_order() -> None:
    """A script's variables are told in order, each once; single braces are text."""
    assert variables_of("{{b}} {{a}} {{ B }} {c} }}") == ("b", "a")
    assert variables_of("{not one}") == ()


def test_filled_once() -> None:
    """A value is put in as it is: braces, backslashes and format marks mean nothing."""
    assert fill("{{a}}-{{b}}-{{a}}", {"a": r"{{b}}\1{0}%s", "b": "x"}) == r"{{b}}\1{0}%s-x-{{b}}\1{0}%s"


@pytest.mark.parametrize(
    "template",
    [
        "{{",
        "{{}}",
        "{{ }}",
        "{{a",
        "{{a}",
        "{{a\n}}",
        "{{a()}}",
        "{{a|b}}",
        "{{a}} {{",
        "{{a b!}}",
    ],
)
def test_malformed(template: str) -> None:
    """Braces that hold no name, or never close, are an error that shows them."""
    with pytest.raises(InputError) as caught:
        variables_of(template)
    assert caught.value.code == "manifest-variable-malformed"
    assert str(caught.value.facts["text"]).startswith("{{")
