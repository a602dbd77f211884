"""Messages about what operators stop, and about when they want it to go on."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "farm-stopped",
        (
            "An operator had the step stopped at once.",
            "Its worker gave up the clip that it was making; those that were finished are kept.",
            "Nothing has to be done: after `lectern resume` it goes on, and no attempt was used up.",
        ),
        (
            "操作员立即停止了该步骤。",
            "工作进程放弃了正在制作的片段；已完成的片段都会保留。",
            "无需任何操作：`lectern resume` 之后会继续，并且不消耗尝试次数。",
        ),
        level="warning",
    ),
    message(
        "stop-time-past",
        (
            "The time {time} has passed already.",
            "What begins or ends at a time waits for it; one that has passed never comes.",
            "Give a later one.",
        ),
        (
            "时间 {time} 已经过去。",
            "在某个时间开始或结束的内容会等到那时；已过去的时间不会再来。",
            "请给出更晚的时间。",
        ),
    ),
)
