"""The words of `--help` pages, in both languages: all but what commands say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, tuple[str, str]] = {
    "help-usage": ("Usage: {usage}", "用法：{usage}"),
    "help-option-mark": ("[OPTIONS]", "[选项]"),
    "help-command-mark": ("COMMAND", "命令"),
    "help-arguments": ("Arguments:", "参数："),
    "help-options": ("Options:", "选项："),
    "help-commands": ("Commands:", "命令："),
    "help-making": ("Make films:", "制作影片："),
    "help-seeing": ("See what becomes of them:", "查看进展与结果："),
    "help-acting": ("Act on films in the farm:", "处理农场中的影片："),
    "help-sharing": ("Share the farm between people and times:", "在部门与时段之间分配农场："),
    "help-telling": ("Tell what was done, and what it cost:", "报告结果与费用："),
    "help-material": ("Voices, portraits, models and words:", "声音、肖像、模型与词语："),
    "help-running": ("Run and look after the farm:", "运行与维护农场："),
    "help-required": ("(required)", "（必填）"),
    "help-default": ("(default: {value})", "（默认：{value}）"),
}
