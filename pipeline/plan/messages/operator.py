"""Messages about what an operator does with workers and with what failed."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "worker-unknown",
        (
            "There is no worker {worker}; there are: {known}.",
            "A worker is named by its place and its host; one that was never in this farm has no orders.",
            "Name one of these; `lectern workers` shows them.",
        ),
        (
            "没有名为 {worker} 的工作进程；现有：{known}。",
            "工作进程的名称由位置和主机组成；从未加入本农场的工作进程无法接收指令。",
            "请使用其中一个名称；`lectern workers` 可查看。",
        ),
    ),
    message(
        "worker-reason-missing",
        (
            "An order to a worker needs a reason.",
            "Whoever finds it idle at night wants to know why, and from whom.",
            'Add --reason, such as --reason "a fan is replaced".',
        ),
        (
            "给工作进程的指令需要说明原因。",
            "夜里发现它空闲的人需要知道原因和下令者。",
            "请加上 --reason，例如 --reason “更换风扇”。",
        ),
    ),
)
