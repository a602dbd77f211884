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
            "管理员立即停止了该步骤。",
            "工作进程放弃了正在制作的片段；已完成的片段都会保留。",
            "无需任何操作：`lectern resume` 之后会继续，并且不消耗尝试次数。",
        ),
        level="warning",
    ),
    message(
        "stop-time-wrong",
        (
            "“{time}” is no time.",
            "A time without a zone is told by the farm's clock; HH:MM is the next time that it shows that.",
            "Write it as 22:00, as 2026-11-27 07:00, or with an offset as 2026-11-27T07:00+08:00.",
        ),
        (
            "“{time}”不是有效的时间。",
            "未注明时区的时间按农场的时钟计算；HH:MM 指时钟下一次显示该时刻。",
            "请写成 22:00、2026-11-27 07:00，或带时差：2026-11-27T07:00+08:00。",
        ),
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
    message(
        "stop-pool-unknown",
        (
            "There is no pool “{pool}”.",
            "A pool is there once a worker, a film or a department has it.",
            "Correct its name; there are: {known}.",
        ),
        (
            "没有名为“{pool}”的池。",
            "一旦有工作进程、影片或部门使用某个池，它就存在。",
            "请更正名称；现有的池：{known}。",
        ),
    ),
    message(
        "command-nothing-to-set",
        (
            "`{command}` has nothing to set.",
            "It sets the urgency, the number of priority, the pool, the window or the deadline of jobs.",
            "Give --urgency, --priority, --pool, --window or --deadline; several at once, too.",
        ),
        (
            "`{command}` 没有要设置的内容。",
            "它用于设置任务的紧急程度、优先级数字、所属的池、时段或截止时间。",
            "请使用 --urgency、--priority、--pool、--window 或 --deadline，可同时使用多个。",
        ),
    ),
)
