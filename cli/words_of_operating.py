"""Words about workers and what an operator does with them."""

from __future__ import annotations

from collections.abc import Mapping

OPERATING: Mapping[str, tuple[str, str]] = {
    "card": ("CARD", "设备"),
    "pool": ("POOL", "池"),
    "version": ("VERSION", "版本"),
    "progress": ("PROGRESS", "最近进展"),
    "failed-lately": ("FAILED 1 H", "近 1 小时失败"),
    # How a worker stands.
    "worker-idle": ("idle", "空闲"),
    "worker-working": ("working", "工作中"),
    "worker-ending": ("ending", "正在结束"),
    "worker-draining": ("draining", "排空中"),
    "worker-drained": ("drained", "已排空"),
    "worker-locking": ("locking", "锁定中"),
    "worker-locked": ("locked", "已锁定"),
    "worker-disk_low": ("disk low", "磁盘不足"),
    "worker-card_out": ("card out", "设备停用"),
    "worker-card_sick": ("card sick", "设备故障"),
    "worker-card_stuck": ("card stuck", "设备卡死"),
    "worker-gone": ("gone", "已离开"),
    "work-clip": (
        "{row} (job {job}): {stage} {chunk}, clip {clip} of {clips}",
        "{row}（任务 {job}）：{stage} {chunk}，片段 {clip}/{clips}",
    ),
    "work-step": ("{row} (job {job}): {stage}", "{row}（任务 {job}）：{stage}"),
    "ago": ("{span} ago", "{span}前"),
    "no-workers-known": (
        "No worker is there. `lectern up` starts the farm.",
        "没有工作进程。用 `lectern up` 启动农场。",
    ),
    "worker-ordered-drain": (
        (
            "{worker} takes nothing new, says {by}: {reason}. `lectern workers unlock {worker} --reason ...` "
            "ends that."
        ),
        "{worker} 不接受新工作，{by}：{reason}。用 `lectern workers unlock {worker} --reason …` 解除。",
    ),
    "worker-is-gone": (
        "{worker} is gone since {span}; `lectern up` on {host} starts it again.",
        "{worker} 已离开 {span}；在 {host} 上运行 `lectern up` 可重新启动。",
    ),
    "worker-disk": (
        "{worker} takes nothing until its disk has room ({detail}): `lectern gc`, or make room on {host}.",
        "{worker} 在磁盘腾出空间之前不接受工作（{detail}）：运行 `lectern gc`，或清理 {host}。",
    ),
    "worker-out": (
        "{worker}: {detail} `lectern workers clear {worker} --reason ...` once that is mended.",
        "{worker}：{detail} 修复后运行 `lectern workers clear {worker} --reason …`。",
    ),
    "worker-blocked": (
        "{worker} is kept from {capability} until {until}, having failed: `lectern workers clear {worker}`.",
        "{worker} 因屡次失败，{until} 之前不做 {capability}：`lectern workers clear {worker}`。",
    ),
    "worker-failed": (
        "{worker} failed {times} in the last hour: {error}",
        "{worker} 近 1 小时失败 {times} 次：{error}",
    ),
    # What was ordered.
    "drain-ordered": (
        "{worker} finishes the clip that it is at, gives the rest back and takes nothing new.",
        "{worker} 将完成当前片段，交还其余部分，不再接受新工作。",
    ),
    "lock-ordered": (
        "{worker} finishes the step that it is at and takes nothing new.",
        "{worker} 将完成当前步骤，不再接受新工作。",
    ),
    "unlock-ordered": ("{worker} takes work again.", "{worker} 恢复接受工作。"),
    "clear-ordered": (
        "What {worker} and its card failed at is forgotten.",
        "{worker} 及其设备的失败记录已清除。",
    ),
    "dead-letters": (
        "Failed for good: {number}. `lectern dead list` tells why, and what to do.",
        "最终失败：{number}。`lectern dead list` 说明原因和处理办法。",
    ),
}
