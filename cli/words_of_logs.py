"""Words of a film's log lines, in English and simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

LOGS: Mapping[str, tuple[str, str]] = {
    "logs-none": (
        (
            "No log line about job {job} was found: nothing of it was begun, its logs are no longer kept, or "
            "they are not on this host."
        ),
        "没有找到任务 {job} 的日志：尚未开始、日志已过保留期，或日志不在本机。",
    ),
    "logs-elsewhere": (
        (
            "Nothing was found here of {attempts:# attempt|# attempts} by {worker}: look on host {host} "
            "(its files, journal or container log), if they are still kept."
        ),
        (
            "此处没有 {worker} 的 {attempts} 次尝试的日志：若仍保留，"
            "请在主机 {host} 上查看（文件、journal 或容器日志）。"
        ),
    ),
    "logs-elsewhere-kept": (
        (
            "Of {attempts:# attempt|# attempts} by {worker} only what the ledger kept is here "
            "({lines:# line|# lines}): look on host {host} (its files, "
            "journal or container log), if they are still kept."
        ),
        (
            "{worker} 的 {attempts} 次尝试在此只有账本保留的 {lines} 行：若仍保留，"
            "请在主机 {host} 上查看完整日志（文件、journal 或容器日志）。"
        ),
    ),
}
