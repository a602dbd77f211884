"""The help of `lectern logs`, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

LOGS: Mapping[str, str] = {
    "Gather the log lines of a film, in order of time: of workers, dispatcher and watchdog.": (
        "按时间顺序汇集一部影片的日志：来自工作进程、调度器和看门狗。"
    ),
    (
        "Files that were cut and compressed are read, too. Of attempts of which nothing is found here, such "
        "as those on other hosts, the last lines come from the ledger, and it is told where their logs are."
    ): (
        "已切分并压缩的文件也会读取。此处找不到日志的尝试（例如在其他主机上的），最后几行来自账本，"
        "并说明其日志在哪里。"
    ),
    "The number of a job, or a trace id; `lectern show` has both.": (
        "任务编号或追踪编号；`lectern show` 会显示两者。"
    ),
    "Only lines of this step.": "仅显示此步骤的日志。",
    "Only of attempts of this number.": "仅显示此编号的尝试。",
    "Only since then: 2026-11-20, yesterday, “today 08:00”.": (
        "仅显示此时之后的日志：2026-11-20、yesterday、“today 08:00”。"
    ),
    "Only as grave: debug, info, warning, error.": "仅显示此级别及以上：debug、info、warning、error。",
    "Go on with what is written, until it is over.": "持续显示新写入的日志，直到影片结束。",
}
