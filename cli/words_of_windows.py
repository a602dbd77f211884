"""Words about windows of time, and about work that waits for one."""

from __future__ import annotations

from collections.abc import Mapping

WINDOWS: Mapping[str, tuple[str, str]] = {
    "window": ("WINDOW", "时段"),
    "window-times": ("TIMES", "时间"),
    "windows-none": (
        "There is no window yet; make one: `lectern windows add night 22:00-07:00`.",
        "还没有时段；可用 `lectern windows add night 22:00-07:00` 添加。",
    ),
    "window-open": ("always open", "始终开放"),
    "window-open-until": ("open until {until}", "开放至 {until}"),
    "window-shut-until": ("shut until {until}", "关闭至 {until}"),
    "window-is": ("Window {window}: {times}", "时段 {window}：{times}"),
    "window-was": ("Until now: {times}", "此前：{times}"),
    "window-now": ("It is {standing}.", "目前{standing}。"),
    "window-removed": ("There is no window {window} any more.", "时段 {window} 已删除。"),
    "waiting-window": (
        "held until its window {window} opens, {opens}",
        "等待时段 {window} 开放（{opens}）",
    ),
    "deadline": ("DEADLINE", "截止"),
    "films-wait-shut": (
        "Made in the window {window} alone: {films}. They begin when it opens, {until} ({times}).",
        "仅在时段 {window} 制作：{films} 部。将于 {until} 时段开放时开始（{times}）。",
    ),
    "films-wait-open": (
        "Made in the window {window} alone: {films}. It is open now, until {until} ({times}).",
        "仅在时段 {window} 制作：{films} 部。时段目前开放，至 {until}（{times}）。",
    ),
    "films-wait-always": (
        "Made in the window {window} alone: {films}. It never shuts ({times}).",
        "仅在时段 {window} 制作：{films} 部。该时段始终开放（{times}）。",
    ),
    "verb-window-added": ("added a window", "添加时段"),
    "verb-window-set": ("changed a window", "更改时段"),
    "verb-window-removed": ("removed a window", "删除时段"),
}
