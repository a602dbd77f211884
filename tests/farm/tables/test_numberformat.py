"""Numbers of a workbook: as a person sees them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.tables.numberformat import BUILT_IN, shown


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("12", "General", "12"),
        ("12.0", "General", "12"),
        ("0.30000000000000004", "General", "0.3"),
        ("0.3333333333333333", "General", "0.3333333333"),
        ("-3.5", "General", "-3.5"),
        ("13800138000", "General", "13800138000"),
        ("1E+20", "General", "100000000000000000000"),
        ("1.0E-7", "General", "0.0000001"),
        ("1200", "@", "1200"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("-1234.5", "#,##0.00", "-1,234.50"),
        ("1234567", "#,##0", "1,234,567"),
        ("0.5", "#.##", ".5"),
        ("3", "0.##", "3"),
        ("7", "00000", "00007"),
        ("5551234", "000-0000", "555-1234"),
        ("0.125", "0.0%", "12.5%"),
        ("0.125", "0%", "13%"),
        ("1200", '"$"#,##0.00', "$1,200.00"),
        ("1200", "[$€-407] #,##0", "€ 1,200"),
        ("1200", "#,##0.00\\ [$€-1]", "1,200.00 €"),
        ("-5", "0;[Red](0)", "(5)"),
        ("0", '0;-0;"none"', "none"),
        ("-1200", '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$(1,200.00)"),
        ("1234567", '0.0,,"M"', "1.2M"),
        ("1234567", "#,##0,", "1,235"),
        ("12", '0"个"', "12个"),
        ("0.5", "# ?/?", "0.5"),
        ("12345", "0.00E+00", "12345"),
        ("5", "[>3]0.0;General", "5"),
    ],
)
def test_numbers(value: str, code: str, seen: str) -> None:
    """Separators, decimals, currencies and literals stand where the format puts them."""
    assert shown(value, code) == seen


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("46083", "m/d/yyyy", "2026-03-02"),
        ("46083", "dd.mm.yyyy", "2026-03-02"),
        ("46083", BUILT_IN[14], "2026-03-02"),
        ("46083.604166666664", BUILT_IN[22], "2026-03-02 14:30"),
        ("46083.604166666664", "yyyy-mm-dd hh:mm:ss", "2026-03-02 14:30:00"),
        ("46083", "[$-409]d mmmm yyyy;@", "2 March 2026"),
        ("46083", "dddd, mmm d", "Monday, Mar 2"),
        ("46083", 'yyyy"年"m"月"d"日";@', "2026年3月2日"),
        ("46083", "yyyy年m月d日", "2026年3月2日"),
        ("0.604166666666667", "h:mm", "14:30"),
        ("0.604166666666667", "h:mm AM/PM", "2:30 PM"),
        ("0.604166666666667", "上午/下午h:mm", "下午2:30"),
        ("0.604166666666667", 'h"时"mm"分"', "14时30分"),
        ("0.672916666666667", "h:mm", "16:09"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.000787037", "mm:ss.0", "01:08.0"),
        ("1", "yyyy-mm-dd", "1900-01-01"),
        ("59", "yyyy-mm-dd", "1900-02-28"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
        ("2958465", "yyyy-mm-dd", "9999-12-31"),
        ("2958465.999", "d mmm yyyy", "2958465.999"),
        ("99999999", "yyyy-mm-dd", "99999999"),
        ("-1", "yyyy-mm-dd", "-1"),
    ],
)
def test_dates(value: str, code: str, seen: str) -> None:
    """A date in digits is ISO 8601, since its order differs between countries; others are as shown."""
    assert shown(value, code) == seen


def test_days_from_1904() -> None:
    """Old workbooks of a Mac count days from 1904."""
    assert shown("44621", "yyyy-mm-dd", from_1904=True) == "2026-03-02"


@pytest.mark.parametrize("value", ["", "x", "nan", "inf", "-inf", "1e999"])
def test_no_numbers(value: str) -> None:
    """What is no finite number is refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - the caller knows it as a damaged workbook
        shown(value, "General")


@pytest.mark.parametrize(
    ("value", "code"), [("1e299", "0" + "%" * 200), ("1e299", "0." + "0" * 300), ("1_0", "0")]
)
def test_numbers_beyond_all_bounds(value: str, code: str) -> None:
    """A format that makes hundreds of digits of a number is refused like a damaged one."""
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        shown(value, code)


@settings(deadline=None, max_examples=300)
@given(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.text('0#?.,%;yYmdhs[]$-€"\\_*/AMP eE@g年 ', max_size=24),
)
def test_any_format(value: str, code: str) -> None:
    """Whatever a format says, a number is shown on bounded space, or is none."""
    try:
        assert len(shown(value, code)) < 2_000
    except ValueError:
        assert abs(float(value)) >= 1e300
