"""Messages about departments: their names, rights, quotas and members."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_SETTINGS = (
    message(
        "quota-hour-wrong",
        (
            "[quota] day_begins is “{value}”, which is no time of day.",
            "The days that quotas count by begin at a time of 24 hours, to the minute.",
            'Write it as "12:00".',
        ),
        (
            "[quota] day_begins 的值“{value}”不是一天中的时间。",
            "配额所依据的“日”从某个时刻开始，采用 24 小时制，精确到分钟。",
            '请写成 "12:00" 的形式。',
        ),
    ),
    message(
        "quota-zone-unknown",
        (
            "There is no time zone “{zone}”.",
            "Zones have names of the IANA's database, a continent and a city with a slash between.",
            "Correct it, such as Asia/Shanghai, Europe/Berlin or UTC.",
        ),
        (
            "没有名为“{zone}”的时区。",
            "时区使用 IANA 数据库中的名称，即洲名和城市名，中间用斜杠分隔。",
            "请更正，例如 Asia/Shanghai、Europe/Berlin 或 UTC。",
        ),
    ),
    message(
        "quota-zone-untold",
        (
            "This machine does not say which time zone it is in: {reason}",
            "[quota] zone is empty, so that quotas count by days of the machine's own zone.",
            'Name one in [quota] zone, such as "Asia/Shanghai", for all machines of the farm alike.',
        ),
        (
            "无法得知本机所在的时区：{reason}",
            "[quota] zone 为空，因此配额按本机时区的日期计算。",
            '请在 [quota] zone 中指定时区，例如 "Asia/Shanghai"；农场的所有机器应保持一致。',
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_SETTINGS,)
