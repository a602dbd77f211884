"""Words about departments and their quotas."""

from __future__ import annotations

from collections.abc import Mapping

DEPARTMENTS: Mapping[str, tuple[str, str]] = {
    "department": ("DEPARTMENT", "部门"),
    "department-weight": ("WEIGHT", "权重"),
    "department-priority": ("HIGHEST PRIORITY", "最高优先级"),
    "department-urgent": ("URGENT", "可加急"),
    "department-films": ("FILMS TODAY", "今日影片"),
    "department-held": ("HELD", "等待配额"),
    "department-running": ("UNDER WAY", "进行中"),
    "department-card-hours": ("CARD HOURS TODAY", "今日设备小时"),
    "department-window": ("WINDOW", "时段"),
    "department-each-member": ("EACH MEMBER", "每个成员"),
    "department-of-members": (
        "films a day: {films}; under way at once: {running}; card hours a day: {hours}",
        "每日影片：{films}；同时进行：{running}；每日设备小时：{hours}",
    ),
    "department-words": ("WORDS", "禁用词"),
    "department-stopwords": (
        "{number} that its scripts may not hold: lectern words list --department {name}",
        "脚本中禁用 {number} 个：lectern words list --department {name}",
    ),
    "department-none": ("none", "无"),
    "department-used-of": ("{used} of {limit}", "{used} / {limit}"),
    "department-with-grants": (
        ", {granted} more on grants; left of grants: {left}",
        "，另用额度 {granted}；额度剩余：{left}",
    ),
    "department-grant": ("GRANT", "额度"),
    "department-begun": ("BEGUN", "已开始"),
    "department-until": ("UNTIL", "截止"),
    "department-by": ("BY", "授予人"),
    "department-member": ("MEMBER", "成员"),
    "department-next-day": (
        "The quota's next day begins at {moment}.",
        "配额的下一日从 {moment} 开始。",
    ),
    "department-added": ("The department {name} is there.", "已添加部门 {name}。"),
    "department-set": ("The department {name} is set, from now on:", "已设置部门 {name}，立即生效："),
    "department-as-before": ("The department {name} was so already.", "部门 {name} 原本就是如此。"),
    "department-changed": ("- {right}: {before} → {after}", "- {right}：{before} → {after}"),
    "department-released": (
        "Films that waited for the quota and begin now: {films}.",
        "原先等待配额、现在开始的影片：{films} 部。",
    ),
    "department-granted": (
        "Films that {name} may have made beyond its quota, until {until}: {films}.",
        "{name} 在 {until} 之前可在配额之外制作影片 {films} 部。",
    ),
    "department-still-held": (
        "Films of {name} that still wait for the quota: {films}.",
        "{name} 仍在等待配额的影片：{films} 部。",
    ),
    "verb-quota-begins": ("let it begin on the quota", "按配额开始"),
    "verb-department-added": ("added a department", "添加部门"),
    "verb-department-set": ("changed a department", "设置部门"),
    "verb-department-grant": ("granted films", "授予额度"),
    "verb-department-removed": ("removed a department", "删除部门"),
    "department-no-limit": ("any number", "不限"),
    "department-removed": ("The department {name} is gone.", "已删除部门 {name}。"),
}
