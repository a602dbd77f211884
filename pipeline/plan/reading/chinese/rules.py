"""Numbers, dates, times, amounts and places in a row, in Chinese words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import regex

from pipeline.plan.reading.chinese.numbers import called, cardinal, counted, decimal, digits
from pipeline.plan.reading.chinese.tables import COUNTERS, CURRENCIES, UNITS
from pipeline.plan.reading.rules import DASH, FRACTION, MINUS, Rule, rule

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_APART = r"(?<![A-Za-z\d]|\d[.,:/])"
_SIGN = rf"(?P<sign>(?<![A-Za-z\d)）%])(?<!\d\ )(?:{MINUS}|\+|±|~|～|≈|<|>|≤|≥)\ ?)?"
_SIGNS = {
    "+": "正",
    "±": "正负",
    "~": "约",
    "～": "约",
    "≈": "约",
    "<": "小于",
    ">": "大于",
    "≤": "不超过",
    "≥": "不少于",
}
# Between both ends of a range.
_TO = rf"(?:{DASH}|到|至)"
_TIME = r"\d{1,2}:[0-5]\d"
# Behind these stands a number to call.
_CALLING = "电话|電話|拨打|撥打|致电|致電|热线|熱線|拨|手机|手機"
# Behind these stands a number that is spelled, and no quantity.
_SPELLED = (
    "验证码|驗證碼|密码|密碼|编码|編碼|代码|代碼|号码|號碼|编号|編號|单号|單號|账号|帐号|賬號|帳號|工号|工號|学号|學號|卡号|卡號|"
    "尾号|尾號|房号|房號|房间号|房間號|门牌号|門牌號|车牌号|車牌號|[Qq][Qq]号?|邮编|郵編|邮政编码"
)
_YEAR = r"(?:1\d{3}|20\d{2})"
# Years that are said digit by digit; other numbers before 年 count years.
_YEARS = range(1100, 2100)
_DAYS, _MONTHS, _HOURS = 31, 12, 24
_LONGEST, _SHORTEST = 15, 7
# Of what there is so much, and for what.
_MEASURES = "元|公里|千米|米|公斤|千克|克|吨|升|次|度|千瓦时|字节|比特"
_PARTS = (
    "小时|分钟|秒|天|日|周|星期|月|季度|年|晚|"
    "人|次|个|件|位|台|套|户|公斤|千克|克|斤|吨|米|平方米|立方米|升|公里|度"
)
_GROUPS = regex.compile(r"\d+")
_LATIN_SCALES = {"K": 10**3, "k": 10**3, "M": 10**6, "mn": 10**6, "B": 10**9, "bn": 10**9}
_BETWEEN = {
    "+": "加",
    "−": "减",
    "-": "减",
    "×": "乘",
    "*": "乘",
    "x": "乘",
    "÷": "除以",
    "=": "等于",
    "<": "小于",
    ">": "大于",
}


def _any(signs: Iterable[str]) -> str:
    return "|".join(regex.escape(sign) for sign in sorted(signs, key=lambda sign: (-len(sign), sign)))


_CURRENCY, _UNIT = _any(CURRENCIES), _any(UNITS)
_SCALE = r"(?P<scale>[十百千]?[万亿]|[百千])?"
_SPREAD = rf"(?P<low>{_NUMBER})(?:\ ?{_TO}\ ?(?:{_CURRENCY})?(?P<high>{_NUMBER}))?"


def signed(sign: str | None) -> str:
    """The words of a sign before a number."""
    plain = (sign or "").strip()
    return _SIGNS.get(plain, "负") if plain else ""


def telephones() -> tuple[Rule, ...]:
    """Telephone numbers, digit by digit."""
    start, end = r"(?<![\d.,/A-Za-z-])", r"(?![\dA-Za-z]|[.,/-]\d)"
    return (
        rule(rf"{start}(?P<number>\+\d{{1,3}}(?:[\ -]?\(?\d{{1,11}}\)?){{1,4}}){end}", _telephone),
        rule(rf"{start}(?P<number>1[3-9]\d(?P<gap>[\ -]?)\d{{4}}(?P=gap)\d{{4}}){end}", _telephone),
        rule(rf"{start}(?P<number>(?:400|800)(?P<gap>[\ -]?)\d{{3,4}}(?P=gap)\d{{3,4}}){end}", _telephone),
        rule(rf"{start}(?P<number>[(（]?0\d{{2,3}}[)）]?[\ -]?\d{{7,8}}){end}", _telephone),
        rule(
            rf"(?<=(?:{_CALLING})[号码碼號是為为:：\ ]*)(?P<number>\d{{3,12}}){end}",
            lambda found: called(found["number"]),
        ),
        rule(
            rf"(?<=(?:{_SPELLED})[為为是:：\ ]*)(?P<number>\d{{3,12}}){end}",
            lambda found: called(found["number"]),
        ),
    )


def dates() -> tuple[Rule, ...]:
    """Days, months and years; a version that may be a date is one."""
    apart = r"(?<![A-Za-z\d]|\d[.,:/-])"
    return (
        rule(
            rf"{apart}(?P<year>\d{{4}})(?P<part>[-/.])(?P<month>\d{{1,2}})(?P=part)(?P<day>\d{{1,2}})"
            r"(?:T(?=\d{2}:)|(?![\d/-]|[.,]\d))",
            _date,
        ),
        # 2020-2024年
        rule(
            rf"{apart}(?P<low>{_YEAR})\ ?年?\ ?{_TO}\ ?(?P<high>{_YEAR})\ ?年",
            lambda found: f"{digits(found['low'])}年到{digits(found['high'])}年",
        ),
        # A school year, a fiscal year, the graduates of a year.
        rule(
            rf"{apart}(?:(?P<low>{_YEAR})\ ?{_TO}\ ?)?(?P<high>{_YEAR})"
            r"(?P<of>\ ?(?:学年|學年|财年|財年|届|屆))",
            lambda found: (
                (f"{digits(found['low'])}到" if found["low"] else "")
                + f"{digits(found['high'])}{found['of']}"
            ),
        ),
        rule(
            rf"{apart}(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/(?P<year>{_YEAR})(?![\d/-]|[.,]\d)",
            _foreign_date,
        ),
        rule(rf"{apart}(?P<year>{_YEAR})\ ?年代", lambda found: f"{digits(found['year'])}年代"),
        rule(rf"{apart}(?P<year>\d{{4}}|0\d|\d\d(?=\ ?年\ ?\d{{1,2}}\ ?月))\ ?年", _year),
        # 90后 are those born in the nineties.
        rule(
            rf"{apart}(?P<year>[0-9]0)\ ?(?P<after>[后後])(?!\d)",
            lambda found: f"{digits(found['year'])}{found['after']}",
        ),
        rule(
            rf"{apart}(?P<low>\d{{1,2}})\ ?(?P<first>[月日号號]?)\ ?{_TO}\ ?"
            r"(?P<high>\d{1,2})\ ?(?P<last>[月日号號])",
            lambda found: f"{_plain(found['low'])}{found['first']}到{_plain(found['high'])}{found['last']}",
        ),
        rule(
            rf"{apart}(?P<number>\d{{1,2}})\ ?(?P<of>月份?|[日号號])",
            lambda found: f"{_plain(found['number'])}{found['of']}",
        ),
    )


def times() -> tuple[Rule, ...]:
    """Times of day."""
    return (
        rule(
            rf"(?<![\d:.,])(?P<from>{_TIME})\ ?{_TO}\ ?(?P<to>{_TIME})(?![\d:])",
            lambda found: f"{found['from']}到{found['to']}",
        ),
        rule(
            r"(?<![\d:.,])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])",
            _clock,
        ),
        rule(
            r"(?<![\d:.,])(?P<hour>\d{1,2})\ ?(?P<hours>[点點时時])"
            r"(?:\ ?(?P<minute>[0-5]?\d)\ ?分)?(?!\d)",
            lambda found: (
                f"{counted(int(found['hour']))}{found['hours']}"
                + (f"{_zero_before(found['minute'])}分" if found["minute"] else "")
            ),
        ),
    )


def amounts() -> tuple[Rule, ...]:
    """Money, shares, measures and fractions."""
    return (
        # $1.5M: still in figures, as the next rule reads them.
        rule(
            rf"(?<=(?<![A-Za-z\d])(?:{_CURRENCY})\ ?)(?P<number>{_NUMBER})\ ?"
            r"(?P<scale>[KkMB]|bn|mn)(?![A-Za-z\d])",
            _in_full,
        ),
        rule(
            rf"{_SIGN}(?<![A-Za-z\d])(?P<currency>{_CURRENCY})\ ?{_SPREAD}\ ?{_SCALE}(?:\ ?[元圆圓])?(?!\d)",
            lambda found: f"{_ends(found)}{found['scale'] or ''}{CURRENCIES[found['currency']]}",
        ),
        rule(
            rf"{_SIGN}{_APART}{_SPREAD}\ ?{_SCALE}\ ?(?P<currency>{_CURRENCY})(?![A-Za-z\d])",
            lambda found: f"{_ends(found)}{found['scale'] or ''}{CURRENCIES[found['currency']]}",
        ),
        rule(
            rf"{_SIGN}{_APART}(?P<low>{_NUMBER})[%‰]?\ ?(?:{_TO}\ ?(?P<high>{_NUMBER})\ ?)?"
            r"(?P<share>[%‰])",
            _share,
        ),
        rule(rf"{_SIGN}{_APART}{_SPREAD}\ ?(?P<unit>℃|°C|℉|°F)(?![A-Za-z\d])", _degrees),
        rule(
            rf"{_SIGN}{_APART}{_SPREAD}\ ?(?P<unit>{_UNIT})(?:\^?(?P<power>[23²³]))?"
            rf"(?:/(?P<per>{_UNIT})(?P<squared>²|\^2)?)?(?![A-Za-z\d])",
            _measure,
        ),
        rule(
            rf"{_SIGN}(?<![A-Za-z\d/]|\d[.,:]){FRACTION}(?![\d/A-Za-z]|[.,]\d)",
            _fraction,
        ),
    )


def others() -> tuple[Rule, ...]:
    """Places in a row, sums, ranges, and whatever else has digits."""
    return (
        rule(r"(?<=第\ ?)(?P<number>\d+)", lambda found: decimal(found["number"])),
        rule(
            r"(?<![A-Za-z])(?:[Nn][Oo]\.?\ ?|№\ ?|\#\ ?)(?P<number>\d+)",
            lambda found: f"第{decimal(found['number'])}",
        ),
        rule(r"(?<![A-Za-z\d])\.(?P<number>\d+)", lambda found: f"零点{digits(found['number'])}"),
        rule(
            rf"{_APART}(?P<number>{_NUMBER})\ ?(?P<between>[x×*−-])\ ?(?=\d[^=]*=|(?<=[x×*]\ ?)\d)",
            lambda found: f"{decimal(found['number'])}{_BETWEEN[found['between']]}",
        ),
        rule(
            rf"{_APART}(?P<number>{_NUMBER})\ ?(?P<between>[+=÷<>])\ ?(?=\d)",
            lambda found: f"{decimal(found['number'])}{_BETWEEN[found['between']]}",
        ),
        rule(
            rf"{_APART}(?P<low>\d+)[:：](?P<high>\d+)(?![\d:])",
            lambda found: f"{decimal(found['low'])}比{decimal(found['high'])}",
        ),
        rule(
            rf"{_SIGN}{_APART}(?P<low>{_NUMBER})\ ?{_TO}\ ?(?P<high>{_NUMBER})(?![\dA-Za-z-]|[.,]\d)",
            _ends,
        ),
        rule(r"(?<=(?<![A-Za-z])[A-Z]{1,3})(?P<number>\d{3,8})(?![\dA-Za-z]|[.,:]\d)", _named),
        rule(rf"(?<=[A-Za-z])-?(?P<number>{_NUMBER})", lambda found: decimal(found["number"])),
        rule(rf"{_APART}2\ ?(?=(?:{_any(COUNTERS)}))", lambda _: "两"),
        rule(
            rf"{_SIGN}{_APART}(?P<number>{_NUMBER})(?P<more>\+)?(?!\d|[.,]\d)",
            lambda found: f"{signed(found['sign'])}{decimal(found['number'])}{'多' if found['more'] else ''}",
        ),
        rule(r"(?P<number>\d+)", lambda found: decimal(found["number"])),
        rule(r"\ ?±\ ?(?=\p{Han})", lambda _: "正负"),
        rule(rf"(?<=(?:{_MEASURES}))/(?=(?:{_PARTS})(?!\p{{Han}}/))", lambda _: "每"),
    )


def _named(found: regex.Match[str]) -> str:
    """The number of a flight, a room, a product; 幺 is not said in a year."""
    text = found["number"]
    return digits(text) if len(text) == 4 and int(text) in _YEARS else called(text)  # noqa: PLR2004 - of four


def _telephone(found: regex.Match[str]) -> str | None:
    groups = _GROUPS.findall(found["number"])
    if not _SHORTEST <= sum(map(len, groups)) <= _LONGEST:
        return None
    return ("加" if found["number"].startswith("+") else "") + "，".join(map(called, groups))


def _date(found: regex.Match[str]) -> str | None:
    month, day = int(found["month"]), int(found["day"])
    if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS):
        return None
    return f"{digits(found['year'])}年{cardinal(month)}月{cardinal(day)}日"


def _foreign_date(found: regex.Match[str]) -> str | None:
    """A date with the year behind: what can be no month is the day."""
    month, day = int(found["first"]), int(found["second"])
    if month > _MONTHS:
        month, day = day, month
    if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS):
        return None
    return f"{digits(found['year'])}年{cardinal(month)}月{cardinal(day)}日"


def _year(found: regex.Match[str]) -> str | None:
    text = found["year"]
    named = len(text) == 2 or int(text) in _YEARS  # noqa: PLR2004 - of two digits
    return f"{digits(text) if named else cardinal(int(text))}年"


def _plain(text: str) -> str:
    """A day or a month: a zero before it is not said."""
    return cardinal(int(text))


def _zero_before(text: str) -> str:
    return f"零{cardinal(int(text))}" if text.startswith("0") and int(text) else cardinal(int(text))


def _clock(found: regex.Match[str]) -> str | None:
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > _HOURS:
        return None
    said = f"{counted(hour)}点"
    if minute or found["second"]:
        said += f"{_zero_before(found['minute'])}分"
    return f"{said}{_zero_before(found['second'])}秒" if found["second"] else said


def _ends(found: regex.Match[str]) -> str:
    groups = found.groupdict()
    low = decimal(found["low"])
    if low == "二" and (groups.get("unit") or groups.get("currency") or groups.get("scale")):
        low = "两"
    low = signed(groups.get("sign")) + low
    return f"{low}到{decimal(found['high'])}" if found["high"] else low


def _in_full(found: regex.Match[str]) -> str | None:
    """An amount in thousands, millions or billions as the number that it is."""
    full = Decimal(found["number"].replace(",", "")) * _LATIN_SCALES[found["scale"]]
    return None if full % 1 else f"{full:.0f}"


def _share(found: regex.Match[str]) -> str:
    of = "百分之" if found["share"] == "%" else "千分之"
    low = f"{signed(found['sign'])}{of}{decimal(found['low'])}"
    return f"{low}到{of}{decimal(found['high'])}" if found["high"] else low


def _degrees(found: regex.Match[str]) -> str:
    """Below zero, not minus."""
    below = (found["sign"] or "").strip() in {"-", "‐", "‑", "−"}
    ends = _ends(found)
    return f"{'零下' + ends.removeprefix('负') if below else ends}{UNITS[found['unit']]}"


def _measure(found: regex.Match[str]) -> str:
    power = {"2": "平方", "²": "平方", "3": "立方", "³": "立方"}.get(found["power"] or "", "")
    per = f"每{'二次方' if found['squared'] else ''}{UNITS[found['per']]}" if found["per"] else ""
    return f"{_ends(found)}{power}{UNITS[found['unit']]}{per}"


def _fraction(found: regex.Match[str]) -> str:
    top, bottom = (cardinal(int(found[part])) for part in ("top", "bottom"))
    whole = f"{cardinal(int(found['whole']))}又" if found["whole"] else ""
    if int(found["bottom"]) == 0 or int(found["top"]) >= int(found["bottom"]):
        return f"{signed(found['sign'])}{whole}{top}比{bottom}"
    return f"{signed(found['sign'])}{whole}{bottom}分之{top}"
