"""The command line's own words, in every language and in one place; messages stand in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.plan.errors import Fact
from pipeline.plan.messages import Language

_MINUTE = 60
_HOUR = 60 * _MINUTE

#: name: (English, simplified Chinese). ``{name}`` stands for a value.
WORDS: Mapping[str, tuple[str, str]] = {
    # Heads of tables.
    "id": ("ID", "编号"),
    "batch": ("BATCH", "批次"),
    "job": ("JOB", "任务"),
    "row": ("ROW", "行"),
    "title": ("TITLE", "标题"),
    "state": ("STATE", "状态"),
    "stage": ("STAGE", "阶段"),
    "per-cent": ("DONE", "进度"),
    "ahead": ("AHEAD", "排在前面"),
    "eta": ("ETA", "预计"),
    "films": ("FILMS", "影片"),
    "submitted": ("SUBMITTED", "提交时间"),
    "result": ("RESULT", "结果"),
    "column": ("COLUMN", "列"),
    "problem": ("WHAT IS WRONG, AND WHAT TO DO", "问题与处理办法"),
    "code": ("CODE", "代码"),
    "name": ("NAME", "名称"),
    "kind": ("KIND", "类别"),
    "languages": ("LANGUAGES", "语言"),
    "label": ("VOICE", "声音"),
    "engine": ("ENGINE", "引擎"),
    "version": ("VERSION", "版本"),
    "usable": ("USABLE", "可用"),
    "why": ("WHY NOT, AND WHAT TO DO", "原因与处理办法"),
    "check": ("CHECK", "检查项"),
    "finding": ("FINDING", "结果"),
    "attempt": ("ATTEMPT", "尝试"),
    "worker": ("WORKER", "工作进程"),
    "took": ("TOOK", "用时"),
    "error-head": ("ERROR", "错误"),
    # States, as people read them.
    "queued": ("queued", "排队中"),
    "active": ("active", "进行中"),
    "completed": ("completed", "已完成"),
    "failed": ("failed", "失败"),
    "canceled": ("canceled", "已取消"),
    "held": ("held", "已暂停"),
    "review": ("in review", "待审核"),
    # Stages.
    "speak": ("speech", "语音"),
    "render": ("render", "渲染"),
    "join": ("join", "合成"),
    "archive": ("archive", "归档"),
    # Speaking to a person.
    "error": ("error:", "错误："),
    "warning": ("warning:", "警告："),
    "ok": ("ok", "正常"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "unknown": ("–", "–"),
}


class Words:
    """The words in one language.

    Args:
        language: which of the columns above.
    """

    def __init__(self, language: Language) -> None:
        self._column = 1 if language == "zh" else 0

    def __call__(self, name: str, **values: Fact) -> str:
        """The words of a name, with values in its placeholders.

        Raises:
            KeyError: no such name; a test holds every one used to the table.
        """
        words = WORDS[name][self._column]
        return words.format_map(values) if values else words

    def state(self, name: str) -> str:
        """A state or stage as people read it; one that this version does not know, as it is."""
        return WORDS[name][self._column] if name in WORDS else name

    def span(self, seconds: int) -> str:
        """A length of time, as exact as a person needs it."""
        chinese = self._column == 1
        if seconds < _MINUTE:
            return f"{seconds} 秒" if chinese else f"{seconds} s"
        if seconds < _HOUR:
            minutes, rest = divmod(seconds, _MINUTE)
            return f"{minutes} 分 {rest:02d} 秒" if chinese else f"{minutes} min {rest:02d} s"
        hours, rest = divmod(seconds // _MINUTE, _MINUTE)
        return f"{hours} 小时 {rest:02d} 分" if chinese else f"{hours} h {rest:02d} min"
