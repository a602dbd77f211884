"""The help of `lectern nightly`, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

NIGHTLY: Mapping[str, str] = {
    "Submit every batch that lies in the nightly folder, and wait until the night is over.": (
        "提交夜间文件夹中的所有批次，并等待夜晚结束。"
    ),
    (
        "It is over when its window shuts or nothing is left to do. Films that failed and batches that were "
        "refused are a part of a night: exit code 0 says that it ran. Ending this command stops no film."
    ): (
        "时段关闭或没有剩余工作时结束。失败的影片和被拒绝的批次也属于正常的夜间工作：退出码 0 表示已运行。"
        "终止此命令不会停止任何影片。"
    ),
    "Submit what lies there, and do not wait.": "提交后立即退出，不等待。",
    "A pool that works at night alone: unlocked at the beginning, locked at the end; repeatable.": (
        "只在夜间工作的池：开始时解锁，结束时锁定；可重复使用。"
    ),
    "End with exit code 3 if films failed for good meanwhile, else with 5 if batches were refused.": (
        "期间有影片最终失败时以退出码 3 结束；否则若有批次被拒绝，以退出码 5 结束。"
    ),
}
