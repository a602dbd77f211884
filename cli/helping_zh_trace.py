"""The help of `lectern trace`, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

TRACE: Mapping[str, str] = {
    "Draw the waterfall of a film: when each part waited and ran, who made it, and what was found made.": (
        "绘制影片的瀑布图：每一部分何时等待、何时运行、由谁完成，以及哪些内容直接复用。"
    ),
    (
        "It comes from the ledger alone, however long ago the film was made. A wait begins when what a part "
        "needs was done: a hold, a shut window and those who went before count as waiting."
    ): (
        "全部来自账本，无论影片是多久以前制作的。某一部分所需的内容完成时即开始计等待：保留、时段未开放"
        "以及排在前面的任务都计入等待。"
    ),
    "A trace id, or the number of a job; `lectern show` has both.": (
        "追踪编号或任务编号；`lectern show` 会显示两者。"
    ),
    "A line for each thing that was made, too.": "每个制作出的内容也各占一行。",
}
