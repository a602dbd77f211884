"""Messages about accounts: the times that they are over, and prices."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "period-month-wrong",
        (
            "“{month}” is no month.",
            "A month is its year and its number.",
            "Write it such as 2026-11.",
        ),
        ("“{month}”不是月份。", "月份由年份和月数组成。", "请写成 2026-11 这样的形式。"),
    ),
    message(
        "period-time-wrong",
        (
            "“{time}” is no time.",
            "A time is a date, a date with a time of day, today, yesterday or now.",
            'Write it such as 2026-11-20, "2026-11-20 22:30", 2026-11-20T22:30+08:00 or "yesterday 18:00".',
        ),
        (
            "“{time}”不是有效的时间。",
            "时间可以是日期、日期加时刻、today、yesterday 或 now。",
            '请写成 2026-11-20、"2026-11-20 22:30"、2026-11-20T22:30+08:00 或 "yesterday 18:00" 这样的形式。',
        ),
    ),
    message(
        "period-backwards",
        (
            "Nothing lies between {since} and {until}.",
            "A period ends after it begins; a date alone as its end means the end of that day.",
            "Exchange them, or correct one.",
        ),
        (
            "{since} 与 {until} 之间没有时间。",
            "结束必须晚于开始；结束只写日期时表示当天结束。",
            "请交换两者，或改正其中之一。",
        ),
    ),
    message(
        "period-both",
        (
            "--month was given together with --since or --until.",
            "A month is a whole period by itself.",
            "Leave one of them away.",
        ),
        ("--month 与 --since 或 --until 同时给出。", "月份本身就是完整的时间段。", "请去掉其中之一。"),
    ),
    message(
        "period-open",
        (
            "--until {until} was given without --since.",
            "A period has a beginning.",
            "Say with --since when it begins.",
        ),
        ("给出了 --until {until}，但没有 --since。", "时间段要有开始。", "请用 --since 说明何时开始。"),
    ),
    message(
        "accounts-by-unknown",
        (
            "There are no accounts by “{by}”; there are: {known}.",
            "An account has one line for each of these.",
            "Choose one of them.",
        ),
        ("没有按“{by}”分的账目；可用：{known}。", "账目按其中之一分行。", "请从中选择一个。"),
    ),
    message(
        "prices-wrong",
        (
            "[prices] {knob} holds “{value}”, which is no price.",
            "Prices are those of an hour, in plain numbers; cards stand by a part of their names.",
            'Correct it, such as cards = "H200 = 4.20, any = 1" and processor = "0.05".',
        ),
        (
            "[prices] {knob} 中的“{value}”不是价格。",
            "价格是每小时的金额，用普通数字书写；显卡用名称的一部分表示。",
            '请修正，例如 cards = "H200 = 4.20, any = 1"，processor = "0.05"。',
        ),
    ),
    message(
        "prices-twice",
        (
            "[prices] cards has two prices for “{card}”.",
            "Upper and lower case make no difference.",
            "Keep one of them.",
        ),
        ("[prices] cards 中“{card}”有两个价格。", "不区分大小写。", "请只保留一个。"),
    ),
)
