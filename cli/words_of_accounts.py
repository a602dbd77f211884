"""The words of accounts and of the morning report, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "project": ("PROJECT", "项目"),
    "by-department": ("DEPARTMENT", "部门"),
    "by-member": ("MEMBER", "成员"),
    "by-project": ("PROJECT", "项目"),
    "by-batch": ("BATCH", "批次"),
    "by-engine": ("WORK", "工作"),
    "by-card": ("CARD", "显卡"),
    "by-day": ("DAY", "日期"),
    "card-hours": ("CARD HOURS", "显卡小时"),
    "processor-hours": ("PROCESSOR HOURS", "处理器小时"),
    "wasted-share": ("WASTED", "无效"),
    "film-length": ("FILM", "成片时长"),
    "stored-now": ("STORED NOW", "当前存储"),
    "cost": ("COST", "费用"),
    "in-total": ("total", "合计"),
    "report-in-file": ("Written: {file}", "已写入：{file}"),
    "report-sent": ("Sent by: {ways}", "已发送：{ways}"),
    "usage-period": ("From {since} until {until} ({zone})", "{since} 至 {until}（{zone}）"),
    "usage-department": (", department {department}", "，部门 {department}"),
    "usage-nothing": ("Nothing ended in this time.", "这段时间内没有任何工作结束。"),
    "usage-running": (
        "Each attempt counts where it ended; what runs now is not in it yet (docs/accounts.md).",
        "每次尝试计入其结束之时；正在运行的尚未计入（docs/accounts.md）。",
    ),
    "usage-rounded": (
        "Each amount is rounded by itself: the total is exact, and the lines may add up to a little else.",
        "各项金额分别四舍五入：合计准确，各行相加可能略有出入。",
    ),
    "usage-unowned": (
        "{size} in the store belong to no film any more; they are in the total alone.",
        "存储中有 {size} 不再属于任何影片，仅计入合计。",
    ),
    "usage-unpriced": (
        "No price is set for {cards}: these hours cost nothing here ([prices] cards).",
        "未设置 {cards} 的价格：这些小时在此不计费（[prices] cards）。",
    ),
}
