"""The help of `lectern why`, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

WHY: Mapping[str, str] = {
    "Tell why a job is where it is, and when it will likely begin or go on.": (
        "说明任务为何处于当前状态，以及大约何时开始或继续。"
    ),
    (
        "What matters most is told, and the command that changes it; once that is done, ask again. When its "
        "turn comes is an estimate: for what is queued now, at the pace of the last hours."
    ): (
        "说明最主要的原因以及可改变它的命令；处理之后可再次查询。何时轮到它是按现有队列和最近数小时的速度估算的。"
    ),
}
