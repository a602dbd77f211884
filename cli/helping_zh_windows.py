"""The help of windows of time, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

WINDOWS: Mapping[str, str] = {
    "Windows of time: when films may begin that are kept for the night.": (
        "时段：留到夜间制作的影片可以在何时开始。"
    ),
    "Make the films in the department's window, or the only one, alone.": (
        "仅在部门的时段（或唯一的时段）制作这些影片。"
    ),
    "Make them in this window of time alone.": "仅在该时段制作。",
    "When they are wanted, such as 2026-11-27 07:00; a date alone is its end.": (
        "需要的时间，例如 2026-11-27 07:00；只写日期指当日结束。"
    ),
    "List the windows, and whether each is open now.": "列出各时段，以及目前是否开放。",
    "The window, such as night.": "时段，例如 night。",
    "Such as 22:00-07:00 Asia/Shanghai, weekends all day.": (
        "例如 22:00-07:00 Asia/Shanghai, weekends 00:00-24:00。"
    ),
    "Enter a window of time: days and times, with commas between, and a time zone.": (
        "添加一个时段：日期和时间，各部分用逗号分隔，并可带时区。"
    ),
    (
        "Films that are submitted with --off-peak begin and go on while it is open. Without a time zone it "
        "goes by the farm's own, `[quota] zone`. Days are mon to sun, mon-fri, weekdays, weekends or daily; "
        "times are 22:00-07:00 or all day. What goes on past midnight belongs to the day on which it begins."
    ): (
        "以 --off-peak 提交的影片只在该时段开放时开始和继续制作。未写时区时使用农场的时区 `[quota] zone`。"
        "日期可写 mon 到 sun、mon-fri、weekdays、weekends 或 daily；时间写作 22:00-07:00 或 all day。"
        "跨过午夜的部分属于其开始的那一天。"
    ),
    "Have a window open at other times from now on, also for what waits for it.": (
        "更改时段的开放时间，立即生效，对正在等待它的影片同样有效。"
    ),
    "The window; the only one if left out.": "时段；若只有一个可省略。",
    "Tell which films of a window will not be finished when it shuts, and what that rests on.": (
        "说明某时段关闭时哪些影片不能完成，以及估算的依据。"
    ),
    (
        "The queue is played through on the workers that are there, at the pace that was measured on earlier "
        "films. Films that are held for another reason are left out."
    ): "按照以往影片测得的速度，在现有工作进程上推演整个队列。因其他原因保留的影片不计算在内。",
    "Forget a window that no film and no department uses.": "删除没有影片和部门使用的时段。",
}
