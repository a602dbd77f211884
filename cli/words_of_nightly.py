"""Words about nights."""

from __future__ import annotations

from collections.abc import Mapping

NIGHTLY: Mapping[str, tuple[str, str]] = {
    "night-begins": (
        "The night begins, until nothing is left to do; batches lie in {folder}.",
        "夜间工作开始，直到没有剩余工作；批次放在 {folder}。",
    ),
    "night-begins-in": (
        "The night begins, until window {window} shuts or nothing is left to do; batches lie in {folder}.",
        "夜间工作开始，直到时段 {window} 关闭或没有剩余工作；批次放在 {folder}。",
    ),
    "night-opens": ("Window {window} is open.", "时段 {window} 已开放。"),
    "night-submitted": (
        "{name}: batch {batch}, {films:# film|# films}.",
        "{name}：批次 {batch}，{films} 部影片。",
    ),
    "night-known": (
        "{name}: was submitted before, as batch {batch}.",
        "{name}：此前已提交，即批次 {batch}。",
    ),
    "night-refused": (
        "{name}: refused; why is told beside {place}.",
        "{name}：被拒绝；原因写在 {place} 旁。",
    ),
    "night-progress": (
        "{done:# film|# films} done, {failed} failed, {left} to go.",
        "已完成 {done} 部，失败 {failed} 部，剩余 {left} 部。",
    ),
    "night-woken": (
        "Pool {pool} works: {workers:# worker|# workers} unlocked.",
        "池 {pool} 开始工作：解锁 {workers} 个。",
    ),
    "night-rests": (
        "Pool {pool} rests: {workers:# worker|# workers} locked.",
        "池 {pool} 开始休息：锁定 {workers} 个。",
    ),
    "night-report": ("The morning report: {place}", "晨报：{place}"),
    "night-sent": ("The report was sent: {ways}.", "晨报已发送：{ways}。"),
    "night-over-empty": ("The night is over: nothing is left to do.", "夜间工作结束：没有剩余工作。"),
    "night-over-shut": (
        "The night is over: window {window} has shut.",
        "夜间工作结束：时段 {window} 已关闭。",
    ),
    "night-over-long": (
        "The night is over: it has lasted as long as [nightly] longest_hours allows.",
        "夜间工作结束：已达到 [nightly] longest_hours 的上限。",
    ),
    "night-over-interrupted": (
        "The night was ended; what is queued goes on by itself.",
        "夜间监视已终止；已排队的内容会自行继续。",
    ),
    "night-over-not_waited": ("Nobody waits; the farm goes on by itself.", "不再等待；农场会自行继续。"),
    "night-films": (
        "Films: {done} done, {failed} failed, {left} that could still go on.",
        "影片：完成 {done}，失败 {failed}，尚可继续 {left}。",
    ),
    "night-failed": (
        "What failed, and what to do: `lectern dead list`.",
        "失败的影片及处理办法：`lectern dead list`。",
    ),
    "night-batches": (
        "Batches: {batches} submitted with {films:# film|# films}, {refused} refused.",
        "批次：提交 {batches} 个，共 {films} 部影片；拒绝 {refused} 个。",
    ),
    "night-refused-at": ("  {name}: {place}", "  {name}：{place}"),
    "night-waiting": (
        "Still being written or not readable just now, and left for the next night: {names}.",
        "仍在写入或暂时无法读取，留待下一个夜晚：{names}。",
    ),
    "night-bare": (
        "Folders without a manifest, left where they are: {names}.",
        "没有影片清单的文件夹，保持原样：{names}。",
    ),
}
