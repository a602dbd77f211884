"""Words of a film's waterfall, in English and simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

TRACE: Mapping[str, tuple[str, str]] = {
    "trace-head": (
        "Job {job} ({row} of batch {batch}), {state}, submitted {submitted}",
        "任务 {job}（批次 {batch} 的 {row}），{state}，提交于 {submitted}",
    ),
    "trace-id": ("trace {trace}", "追踪编号 {trace}"),
    "trace-held": ("held since {since}: {reason}", "自 {since} 起保留：{reason}"),
    "trace-hold-quota": ("its quota", "配额"),
    "trace-hold-off_peak": ("its window", "时段"),
    "trace-hold-approval": ("an approval", "审批"),
    "trace-hold-consent": ("a consent", "授权"),
    "trace-hold-operator": ("by an operator", "操作员"),
    "trace-hold-start_after": ("its time to start", "开始时间"),
    "trace-nothing": ("Nothing of it has run or waits to run yet.", "尚无任何步骤运行或等待运行。"),
    "trace-device": ("CARD", "设备"),
    "trace-waited": ("WAITED", "等待"),
    "trace-seconds": ("{seconds} s", "{seconds} 秒"),
    "trace-waiting": ("waiting", "等待中"),
    "trace-folded": ("after {times:# like it|# like it}", "此前同样 {times} 次"),
    "trace-made": ("{number} made", "制作 {number} 个"),
    "trace-kept": ("{number} kept", "沿用 {number} 个"),
    "trace-found": ("{number} found", "复用 {number} 个"),
    "trace-clip": ("clip", "片段"),
    "trace-speech": ("speech", "语音"),
    "trace-latents": ("voice", "声音特征"),
    "trace-heard": ("heard", "识别"),
    "trace-source": ("source", "素材"),
    "trace-timeline": ("timeline", "时间线"),
    "trace-audio": ("audio", "音频"),
    "trace-film": ("film", "影片"),
    "trace-captions": ("captions", "字幕"),
    "trace-poster": ("poster", "封面"),
    "trace-manifest": ("manifest", "清单"),
    "trace-script": ("script", "脚本"),
    "trace-legend": (
        "{wait} waited   {run} ran   {bad} ended without success",
        "{wait} 等待   {run} 运行   {bad} 未成功",
    ),
    "trace-shortened": (
        "   (long waits are drawn shorter than they were)",
        "   （较长的等待已缩短显示）",
    ),
    "trace-reused": (
        "kept: made by an earlier attempt; found: there already, such as of another film",
        "沿用：先前的尝试已完成；复用：库中已有，例如来自其他影片",
    ),
    "trace-act": ("{at}  {verb}, by {by}", "{at}  {verb}，操作者 {by}"),
}
