"""The words of morning reports, in every language: for terminals, pages, mails and chats alike."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.plan.counting import filled
from pipeline.plan.errors import Fact
from pipeline.plan.messages import Language

#: name: (English, simplified Chinese). ``{name}`` stands for a value.
_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Farm report", "农场报告"),
    "period": ("{since} until {until} ({zone})", "{since} 至 {until}（{zone}）"),
    "made": ("Made {made} by Lectern", "由 Lectern 于 {made} 生成"),
    "summary": (
        (
            "{completed:# film|# films} done, {failed} failed, {canceled} canceled; {left} left to do, "
            "{held} held."
        ),
        "完成 {completed} 部，失败 {failed} 部，取消 {canceled} 部；待完成 {left} 部，保留 {held} 部。",
    ),
    "films-done": ("Films done", "完成的影片"),
    "of-film": ("{span} of film", "成片共 {span}"),
    "films-failed": ("Failed", "失败"),
    "and-canceled": ("{canceled} canceled", "取消 {canceled} 部"),
    "card-hours": ("Card hours", "显卡小时"),
    "processor-hours": ("Processor hours", "处理器小时"),
    "wasted": ("wasted", "无效"),
    "wasted-head": ("Wasted", "无效"),
    "wasted-of": ("{share} % wasted", "无效 {share} %"),
    "good": ("good", "有效"),
    "left": ("Left to do", "待完成"),
    "held": ("Held", "保留"),
    "rhythm-hours": ("Films by hour", "每小时的影片"),
    "rhythm-days": ("Films by day", "每天的影片"),
    "done": ("done", "完成"),
    "failed": ("failed", "失败"),
    "hours-by-department": ("Hours by department", "各部门的小时数"),
    "department": ("Department", "部门"),
    "films": ("Films", "影片"),
    "film-length": ("Film", "成片时长"),
    "cost": ("Cost", "费用"),
    "total": ("total", "合计"),
    "no-hours": ("Nobody has used the farm in this time.", "这段时间内没有人使用农场。"),
    "rounded": (
        "Each amount is rounded by itself: the total is exact, and the lines may add up to a little else.",
        "各项金额分别四舍五入：合计准确，各行相加可能略有出入。",
    ),
    "unpriced": (
        "No price is set for {cards}: these hours cost nothing here.",
        "未设置 {cards} 的价格：这些小时在此不计费。",
    ),
    "failed-head": ("What failed, and what to do", "失败原因与处理办法"),
    "failed-none": ("Nothing has failed.", "没有失败。"),
    "failed-films": ("{films:# film|# films}", "{films} 部影片"),
    "failed-film": ("1 film", "1 部影片"),
    "failed-jobs": ("Jobs {jobs}: lectern dead show {first}", "任务 {jobs}：lectern dead show {first}"),
    "held-head": ("What is held, and why", "保留的影片与原因"),
    "held-none": ("Nothing is held.", "没有保留的影片。"),
    "held-line": ("waiting for {reason}: {films}", "等待{reason}：{films} 部"),
    "quota-of": ("{reason} of {department}", "{department}的{reason}"),
    "held-cure": (" (to let them begin: `{command}`)", "（放行：`{command}`）"),
    "held-until": (
        "waiting for {reason}, the first until {until}: {films}",
        "等待{reason}，最早到 {until}：{films} 部",
    ),
    "held-of-these": (" (of these {also})", "（其中{also}）"),
    "held-also": ("for {reason}, too: {films}", "还等待{reason}：{films} 部"),
    "department-hold": (
        "Department {name} begins nothing new, by {by}{until}",
        "部门 {name} 不开始新影片，由 {by} 设置{until}",
    ),
    "department-pause": ("Department {name} is paused by {by}{until}", "部门 {name} 已由 {by} 暂停{until}"),
    "pool-hold": (
        "Pool {name} begins nothing new, by {by}{until}",
        "池 {name} 不开始新影片，由 {by} 设置{until}",
    ),
    "pool-pause": ("Pool {name} is paused by {by}{until}", "池 {name} 已由 {by} 暂停{until}"),
    "stop-until": (" until {until}", "，到 {until}"),
    "hold-quota": ("the quota", "配额"),
    "hold-off_peak": ("off-peak hours", "非高峰时段"),
    "hold-start_after": ("their start time", "开始时间"),
    "hold-approval": ("approval", "审批"),
    "hold-consent": ("a consent", "授权"),
    "hold-operator": ("an operator", "管理员"),
    "slow-head": ("Slowest steps", "最慢的步骤"),
    "slow-none": ("No step has ended well in this time.", "这段时间内没有步骤成功结束。"),
    "job": ("Job", "任务"),
    "row": ("Row", "行"),
    "step": ("Step", "步骤"),
    "took": ("Took", "用时"),
    "worker": ("Worker", "工作进程"),
    "write": ("script", "撰稿"),
    "speak": ("speech", "语音"),
    "listen": ("recognition", "识别"),
    "render": ("render", "渲染"),
    "join": ("join", "合成"),
    "archive": ("archive", "归档"),
    "chunk": ("{stage} {chunk}", "{stage} {chunk}"),
    "saved-head": ("Saved by what was there already", "因已有内容而节省"),
    "saved": (
        "{clips} clips and {sentences} sentences were not made again: {hours} worker hours, {basis}.",
        "{clips} 个片段和 {sentences} 个句子已存在，无需重新制作：节省 {hours} 工作进程小时，{basis}。",
    ),
    "saved-none": ("Everything was new.", "全部为新内容。"),
    "basis-measured": ("by the pace measured here", "按本农场实测速度"),
    "basis-scaled": ("scaled from a pace measured here", "由本农场实测速度换算"),
    "basis-rule": ("by a rule of thumb", "按经验值"),
    "trouble-head": ("Workers and cards", "工作进程与显卡"),
    "trouble-none": ("No worker was lost, and no card is out.", "没有丢失工作进程，也没有停用的显卡。"),
    "lost": (
        "{worker} was lost in the midst of a step, times: {times}; wasted: {span}",
        "{worker} 在步骤执行中丢失 {times} 次；无效时间：{span}",
    ),
    "more-lost": ("and {number} more workers", "以及另外 {number} 个工作进程"),
    "out": (
        "{card} of {host} gets no work since {since}: {what}",
        "{host} 的 {card} 自 {since} 起停用：{what}",
    ),
    "left-head": ("What is left", "剩余的工作"),
    "left-none": ("Nothing is left to do that may go on.", "没有可继续的剩余工作。"),
    "left-finish": (
        (
            "Films: {films}, about {hours} worker hours to render ({basis}); with the {hands} workers "
            "that are there it is rendered about {finish}."
        ),
        (
            "{films} 部影片，渲染约需 {hours} 工作进程小时（{basis}）；"
            "现有 {hands} 个工作进程，约于 {finish} 完成渲染。"
        ),
    ),
    "left-nobody": (
        "Films: {films}, about {hours} worker hours ({basis}); nobody is there who renders.",
        "{films} 部影片，渲染约需 {hours} 工作进程小时（{basis}）；目前无人渲染。",
    ),
    "night-whole": (
        "Window {window}, {opens} until {shuts}: all that wait for it will be finished in it: {films}.",
        "时段 {window}（{opens} 至 {shuts}）：其中的 {films} 部影片都将完成。",
    ),
    "night-late": (
        (
            "Window {window}, {opens} until {shuts}: of {films} that wait for it, {unfinished} will not be "
            "finished in it (jobs {jobs}); lectern windows forecast {window} tells more."
        ),
        (
            "时段 {window}（{opens} 至 {shuts}）：{films} 部影片中有 {unfinished} 部无法在其中完成"
            "（任务 {jobs}）；详见 lectern windows forecast {window}。"
        ),
    ),
    "night-endless": (
        "Window {window}, open from {opens} on: {films:# film waits|# films wait} for it.",
        "时段 {window}（自 {opens} 起开放）：{films} 部影片在等待。",
    ),
    "cut": ("… cut; all of it: {where}", "……已截断；完整内容：{where}"),
    "robot-sign": (
        " (check the robot's secret, and this machine's clock)",
        "（请检查机器人的密钥和本机时钟）",
    ),
    "robot-keyword": (
        " (a keyword is set for this robot that no report has: have it sign instead)",
        "（该机器人设置了关键词，而报告中没有该词：请改用加签）",
    ),
    "robot-from-where": (
        " (the robot does not take messages from this machine's address)",
        "（机器人不接受来自本机地址的消息）",
    ),
    "robot-often": (
        " (too many messages within a minute: send it again later)",
        "（一分钟内消息过多：请稍后重新发送）",
    ),
    "robot-gone": (
        " (there is no such robot any more: copy its address anew)",
        "（该机器人已不存在：请重新复制其地址）",
    ),
    "robot-form": (" (the robot cannot read it)", "（机器人无法读取该消息）"),
    "comma": (", ", "、"),
    "colon": (": ", "："),
}


class MorningWords:
    """The words in one language.

    Args:
        language: which.
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = 1 if language == "zh" else 0

    def __call__(self, name: str, /, **values: Fact) -> str:
        """The words of a name, with values in its placeholders.

        Raises:
            KeyError: no such name.
        """
        words = _WORDS[name][self._column]
        return filled(words, values) if values else words

    def known(self, name: str, otherwise: str) -> str:
        """The words of a name that another version may have thought of."""
        return _WORDS[name][self._column] if name in _WORDS else otherwise

    def span(self, seconds: int) -> str:
        """A length of time, as exact as a person needs it."""
        chinese = self._column == 1
        minutes, rest = divmod(seconds, 60)
        if not minutes:
            return f"{rest} 秒" if chinese else f"{rest} s"
        hours, minutes = divmod(minutes, 60)
        if not hours:
            return f"{minutes} 分 {rest:02d} 秒" if chinese else f"{minutes} min {rest:02d} s"
        return f"{hours} 小时 {minutes:02d} 分" if chinese else f"{hours} h {minutes:02d} min"
