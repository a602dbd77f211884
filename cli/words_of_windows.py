"""Words about windows of time, and about work that waits for one."""

from __future__ import annotations

from collections.abc import Mapping

WINDOWS: Mapping[str, tuple[str, str]] = {
    "window": ("WINDOW", "时段"),
    "window-times": ("TIMES", "时间"),
    "windows-none": (
        "There is no window yet; make one: `lectern windows add night 22:00-07:00`.",
        "还没有时段；可用 `lectern windows add night 22:00-07:00` 添加。",
    ),
    "window-open": ("always open", "始终开放"),
    "window-open-until": ("open until {until}", "开放至 {until}"),
    "window-shut-until": ("shut until {until}", "关闭至 {until}"),
    "windows-clock": (
        "NOW is told by the farm's clock, which shows the time of {zone}.",
        "“当前”按农场时钟显示，即 {zone} 时间。",
    ),
    "window-is": ("Window {window}: {times}", "时段 {window}：{times}"),
    "window-was": ("Until now: {times}", "此前：{times}"),
    "window-now": ("It is {standing}.", "目前{standing}。"),
    "window-removed": ("There is no window {window} any more.", "时段 {window} 已删除。"),
    "waiting-window": (
        "held until its window {window} opens, {opens}",
        "等待时段 {window} 开放（{opens}）",
    ),
    "deadline": ("DEADLINE", "截止"),
    "urgency-lifted": ("{urgency}, for its deadline", "{urgency}（因截止时间提前）"),
    "films-wait-shut": (
        (
            "Made in the window {window} alone: {films}. {films:It begins|They begin} when it opens, {until} "
            "({times})."
        ),
        "仅在时段 {window} 制作：{films} 部。将于 {until} 时段开放时开始（{times}）。",
    ),
    "films-wait-shut-quota": (
        (
            "Made in the window {window} alone: {films}{held}. "
            "{begin:The other one begins|The other # begin} when it opens, {until} ({times})."
        ),
        "仅在时段 {window} 制作：{films} 部{held}。其余 {begin} 部将于 {until} 时段开放时开始（{times}）。",
    ),
    "films-wait-held": (
        "Made in the window {window} alone: {films}{held} ({times}).",
        "仅在时段 {window} 制作：{films} 部{held}（{times}）。",
    ),
    "films-quota-holds": (", of which the quota holds {held}", "，其中 {held} 部因配额而保留"),
    "films-wait-open": (
        "Made in the window {window} alone: {films}{held}. It is open now, until {until} ({times}).",
        "仅在时段 {window} 制作：{films} 部{held}。时段目前开放，至 {until}（{times}）。",
    ),
    "films-wait-always": (
        "Made in the window {window} alone: {films}{held}. It never shuts ({times}).",
        "仅在时段 {window} 制作：{films} 部{held}。该时段始终开放（{times}）。",
    ),
    "night-empty": ("No film waits for the window {window}.", "没有影片在等待时段 {window}。"),
    "night-endless": (
        "Films that wait for the window {window}: {films}. It never shuts.",
        "等待时段 {window} 的影片：{films} 部。该时段始终开放。",
    ),
    "night-all": (
        "All films of the window {window} will be finished when it shuts, {shuts}: {films}.",
        "时段 {window} 的 {films} 部影片预计都能在 {shuts} 关闭前完成。",
    ),
    "night-late": (
        (
            "NOT finished when the window {window} shuts, {shuts}: {late} of {films:# film|# films}; "
            "{late:it goes|they go} on later."
        ),
        "时段 {window} 于 {shuts} 关闭时，{films} 部影片中有 {late} 部不能完成，将在下次开放时继续。",
    ),
    "night-rows": ("These, with their jobs: {rows}", "分别是（括号内为任务）：{rows}"),
    "missed": (
        "NOT there by the deadline, even if they go first, by an estimate ({films}): {rows}",
        "按估算，即使优先制作也赶不上截止时间（{films} 部）：{rows}",
    ),
    "night-basis": ("An estimate for {workers}: {paces}", "估算依据：{workers}；{paces}"),
    "night-workers": (
        "{workers:the one worker that is there now|the # workers that are there now}",
        "目前的 {workers} 个工作进程",
    ),
    "night-nobody": ("one worker, for none is there", "按一个工作进程计算（目前没有）"),
    "night-pace": (
        "{what} takes {ms} ms for a second of film, {basis}",
        "{what} 每秒影片用时 {ms} 毫秒，{basis}",
    ),
    "verb-deadline": ("moved forward for its deadline", "因截止时间提前"),
    "verb-deadline-gone": ("put back, its deadline gone", "截止时间取消，恢复原位"),
    "verb-window-added": ("added a window", "添加时段"),
    "verb-window-set": ("changed a window", "更改时段"),
    "verb-window-removed": ("removed a window", "删除时段"),
}
