"""Messages about windows of time, and about when work is wanted."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_FORM = (
    "A window is days and times, parts of it with commas between, and one time zone: "
    "22:00-07:00 Asia/Shanghai, weekends all day."
)
_FORM_ZH = (
    "时段由日期和时间组成，各部分用逗号分隔，并可带一个时区：22:00-07:00 Asia/Shanghai, weekends all day。"
)

MESSAGES: tuple[Message, ...] = (
    message(
        "window-long",
        ("A window is described with more than {limit} characters.", _FORM, "Describe it in fewer parts."),
        ("时段的描述超过 {limit} 个字符。", _FORM_ZH, "请用更少的部分来描述。"),
    ),
    message(
        "window-times-missing",
        ("“{part}” says no times.", _FORM, "Add times, such as 22:00-07:00, or all day."),
        ("“{part}”没有写明时间。", _FORM_ZH, "请补上时间，例如 22:00-07:00，或写 all day。"),
    ),
    message(
        "window-time-wrong",
        (
            "“{time}” in “{part}” is no time of a window.",
            "Times stand as HH:MM-HH:MM, from 00:00 to 24:00, with the hour before the minutes.",
            "Correct it, such as 22:00-07:00.",
        ),
        (
            "“{part}”中的“{time}”不是有效的时间。",
            "时间写作 HH:MM-HH:MM，从 00:00 到 24:00，先写小时后写分钟。",
            "请更正，例如 22:00-07:00。",
        ),
    ),
    message(
        "window-empty",
        (
            "The times {part} begin when they end.",
            "It cannot be told whether that means never or the whole day.",
            "Write all day, or another beginning or end.",
        ),
        (
            "时间 {part} 的开始与结束相同。",
            "无法判断这表示从不还是全天。",
            "请写 all day，或改用其他开始或结束时间。",
        ),
    ),
    message(
        "window-day-unknown",
        (
            "“{word}” is no day of a window; did you mean: {near}?",
            "Days are mon to sun, mon-fri, weekdays, weekends or daily; times and zone come after.",
            "Correct it, such as mon-fri 22:00-07:00.",
        ),
        (
            "“{word}”不是有效的日期；您是不是想写：{near}？",
            "日期可写 mon 到 sun、mon-fri、weekdays、weekends 或 daily，写在时间之前；时区写在时间之后。",
            "请更正，例如 mon-fri 22:00-07:00。",
        ),
    ),
    message(
        "window-days-last",
        (
            "In “{part}” the days, {days}, stand after the times.",
            "Days come first, then times, then a time zone.",
            "Put them first: {mended}.",
        ),
        (
            "“{part}”中的日期（{days}）写在了时间之后。",
            "应先写日期，再写时间，最后写时区。",
            "请把日期写在最前面：{mended}。",
        ),
    ),
    message(
        "window-zone-unknown",
        (
            "There is no time zone “{zone}”; did you mean: {near}?",
            "Time zones go by their names in the IANA database, which knows their daylight saving.",
            "Use such a name, Continent/City; UTC is one as well.",
        ),
        (
            "没有名为“{zone}”的时区；您是不是想写：{near}？",
            "时区使用 IANA 数据库中的名称，该数据库包含夏令时规则。",
            "请使用“大洲/城市”形式的名称；UTC 也可以。",
        ),
    ),
    message(
        "window-zones-two",
        (
            "A window cannot go by two time zones: {first} and {second}.",
            "One clock on the wall decides when it opens and shuts.",
            "Name one zone, once.",
        ),
        (
            "一个时段不能使用两个时区：{first} 和 {second}。",
            "时段的开闭由同一个时钟决定。",
            "请只写一个时区，写一次即可。",
        ),
    ),
    message(
        "window-name-wrong",
        (
            "“{name}” is no name of a window.",
            "It is 1 to 24 of the letters a to z, digits, - and _, and begins with a letter or a digit.",
            "Give it another name, such as night; yes, no, true, false and none mean other things.",
        ),
        (
            "“{name}”不是有效的时段名称。",
            "它由 1 到 24 个字母 a 到 z、数字、- 或 _ 组成，以字母或数字开头。",
            "请换一个名称，例如 night；yes、no、true、false 和 none 另有含义。",
        ),
    ),
    message(
        "window-there",
        (
            "There is a window {window} already: {times}.",
            "A window has one name, and whoever waits for it means this one.",
            "`lectern windows set {window} TIMES` changes it; or take another name.",
        ),
        (
            "时段 {window} 已经存在：{times}。",
            "时段的名称是唯一的，等待它的影片指的就是它。",
            "用 `lectern windows set {window} 时间` 更改它，或换一个名称。",
        ),
    ),
    message(
        "window-unknown",
        (
            "There is no window {window}; these are: {known}.",
            "Windows of time are made once for the whole farm, and then named.",
            "Name one of these, or make it: `lectern windows add {window} 22:00-07:00`.",
        ),
        (
            "没有名为 {window} 的时段；现有：{known}。",
            "时段为整个农场添加一次，之后按名称使用。",
            "请使用现有名称，或添加它：`lectern windows add {window} 22:00-07:00`。",
        ),
    ),
    message(
        "window-used",
        (
            "Window {window} is in use: films that wait for it: {films}; departments: {departments}.",
            "Without it, nothing would tell when those films may begin.",
            "Change its times; or finish its films, and `lectern departments set NAME --window none`.",
        ),
        (
            "时段 {window} 正在使用中：等待它的影片 {films} 部；部门：{departments}。",
            "没有它，就无法知道这些影片何时可以开始。",
            "请更改其时间；或先完成影片，并用 `lectern departments set 名称 --window none`。",
        ),
    ),
    message(
        "farm-window-closed",
        (
            "The window that the film waits for has shut, and the step's worker gave the rest of it back.",
            "It finished the clip that it was making, and began no other; what was made is kept.",
            "Nothing has to be done: it goes on with the next clip when the window opens again.",
        ),
        (
            "影片所等待的时段已经关闭，工作进程交还了该步骤的剩余部分。",
            "它完成了正在制作的片段，没有再开始新的；已完成的内容都会保留。",
            "无需任何操作：时段再次开放时会从下一个片段继续，并且不消耗尝试次数。",
        ),
        level="warning",
    ),
    message(
        "window-none",
        (
            "There is no window that films could wait for.",
            "Off-peak means: in a window of time, which somebody makes once for the whole farm.",
            "Make one, such as `lectern windows add night 22:00-07:00`, and submit again.",
        ),
        (
            "还没有可供影片等待的时段。",
            "off_peak 表示只在某个时段制作，时段需要为整个农场添加一次。",
            "请先添加，例如 `lectern windows add night 22:00-07:00`，然后重新提交。",
        ),
    ),
    message(
        "window-which",
        (
            "There are several windows that it could wait for: {known}.",
            "Yes is enough where a farm has one window, or the department has one of its own.",
            "Name one: --window NAME, or its name in the column off_peak.",
        ),
        (
            "有多个可等待的时段：{known}。",
            "只有农场仅有一个时段，或部门设有自己的时段时，写 yes 才够。",
            "请指定一个：--window 名称，或在 off_peak 列填写名称。",
        ),
    ),
    message(
        "deadline-wrong",
        (
            "“{text}” is no date, with a time or without.",
            "A deadline is a day with a time, or a day's end, by the farm's clock if it is not said.",
            "Write it as 2026-11-27 07:00, with an offset as 2026-11-27T07:00+08:00, or as 2026-11-27.",
        ),
        (
            "“{text}”不是日期，也不是日期加时间。",
            "截止时间是日期加小时和分钟，或某日结束时；未注明时按农场的时区计算。",
            "请写成 2026-11-27 07:00，带时差的 2026-11-27T07:00+08:00，或只写 2026-11-27。",
        ),
    ),
    message(
        "deadline-past",
        (
            "The deadline {deadline} is in the past (the farm's clock shows the time of {zone}).",
            "No order of work could meet it.",
            "Correct it, or leave it empty; a time of another zone is written as 2026-11-27T07:00+08:00.",
        ),
        (
            "截止时间 {deadline} 已经过去（农场时钟为 {zone} 时间）。",
            "无论如何安排都无法满足。",
            "请更正，或留空；其他时区的时间请写成 2026-11-27T07:00+08:00。",
        ),
    ),
    message(
        "deadline-window",
        (
            "The film is wanted by {deadline}, and its window {window} ({times}) does not open before.",
            "Nothing of it begins outside its window, deadline or not.",
            "Take another window, off_peak no, or a later deadline; else it will be late.",
        ),
        (
            "影片须在 {deadline} 前完成，但其时段 {window}（{times}）在此之前不会开放。",
            "无论是否有截止时间，影片都不会在其时段之外开始。",
            "请改用其他时段、off_peak 填 no，或推迟截止时间；否则会迟到。",
        ),
        level="warning",
    ),
    message(
        "window-waits",
        (
            "It waits for the window {window}, which opens at {opens}.",
            "The film is made in this window alone.",
            "Nothing has to be done; `lectern windows set {window} TIMES` changes when that is.",
        ),
        (
            "等待时段 {window}，它将于 {opens} 开放。",
            "该影片只在此时段制作。",
            "无需任何操作；用 `lectern windows set {window} 时间` 可更改时间。",
        ),
        level="warning",
    ),
)
