"""The help of the operator's verbs, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

VERBS: Mapping[str, str] = {
    (
        "Keep films from beginning of which nothing was begun; all others go on. `lectern release` ends it."
    ): "不让尚未开始的影片开始，其他影片继续；用 `lectern release` 解除。",
    "Let films begin that were held.": "让被保留的影片可以开始。",
    "Stop films, those that have begun, too, until `lectern resume`.": (
        "停止影片（包括已经开始的），直到 `lectern resume`。"
    ),
    "Clips that are being made are finished, nothing new is begun.": (
        "正在制作的片段会做完，不再开始新的内容。"
    ),
    "Stop films at once, until `lectern resume`.": "立即停止影片，直到 `lectern resume`。",
    (
        "Clips that are being made are given up within seconds, those that were finished stay; no attempt is "
        "used up."
    ): "正在制作的片段几秒内被放弃，已完成的片段会保留；不消耗尝试次数。",
    "Let everything go on that was held, paused or interrupted.": "让被保留、暂停或中断的内容继续。",
    "Cancel jobs; `lectern requeue` brings them back.": "取消任务；可用 `lectern requeue` 恢复。",
    "What is being made stops within seconds, what is finished stays.": (
        "正在制作的部分几秒内停止，已完成的部分会保留。"
    ),
    "Queue failed or canceled jobs again: they go on from where they stopped.": (
        "让失败或已取消的任务重新排队，从停下的地方继续。"
    ),
    "Only what is missing is made.": "只制作缺少的部分。",
    "Have films wait for a time of which nothing was begun; another time replaces the one before.": (
        "让尚未开始的影片等到某个时间；新的时间会取代先前的时间。"
    ),
    "Such as 22:00 or 2026-11-27 07:00; now: wait no longer.": (
        "例如 22:00 或 2026-11-27 07:00；now：不再等待。"
    ),
    "Give films another urgency, priority, pool, window or deadline than they were submitted with.": (
        "为影片设置不同于提交时的紧急程度、优先级、池、时段或截止时间。"
    ),
    (
        "All that is given holds at once, at the next look at the line, within what the department may have; "
        "what was rendered stays. Films that are being made outside of their new window finish the clip in "
        "work."
    ): (
        "所有设置同时生效，在下一次调度时起作用，且不超出部门的权限；已渲染的内容会保留。"
        "在新时段之外正在制作的影片会做完当前片段。"
    ),
    "The window that they are made in alone; no: any time.": "仅在此时段制作；no：不限时间。",
    "When they are wanted, such as 2026-11-27 07:00; a date alone is its end; no: whenever.": (
        "何时需要，例如 2026-11-27 07:00；只写日期指当日结束；no：不限。"
    ),
    "How urgent they are: urgent, normal or bulk.": (
        "紧急程度：urgent（紧急）、normal（普通）或 bulk（批量）。"
    ),
    "From -50 to 50; the higher number goes first.": "-50 到 50；数字越大越先制作。",
    "Whose workers render them; any: those that are kept for none.": (
        "由哪个池的工作进程渲染；any：不专属于任何池的工作进程。"
    ),
    "Numbers of jobs.": "任务编号。",
    "All jobs of this batch; repeatable.": "该批次的所有任务；可重复使用。",
    "All jobs of this department; repeatable.": "该部门的所有任务；可重复使用。",
    "All jobs of this pool; repeatable.": "该池的所有任务；可重复使用。",
    "This department, with all that it submits meanwhile; repeatable.": (
        "该部门，包括其间提交的内容；可重复使用。"
    ),
    "This pool, with all that is submitted for it meanwhile; repeatable.": (
        "该池，包括其间为它提交的内容；可重复使用。"
    ),
    "When it ends by itself, such as 07:00 or 2026-11-27 07:00.": (
        "自动结束的时间，例如 07:00 或 2026-11-27 07:00。"
    ),
}
