"""The help of accounts and of the morning report, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

ACCOUNTS: Mapping[str, str] = {
    (
        "Tell who has used the farm: hours of cards and processors, good and wasted, films, storage, money."
    ): "说明谁使用了农场：显卡与处理器小时（有效与无效）、影片、存储和费用。",
    (
        "An attempt counts where it ended, with all of its time; what runs now is not in it yet. Hours of "
        "cards and of processors stand apart. Money is shown where [prices] are set."
    ): (
        "每次尝试的全部时间计入其结束之时；正在运行的尚未计入。显卡小时与处理器小时分开计算。"
        "设置了 [prices] 时显示费用。"
    ),
    "Since when: yesterday, 2026-11-20, “today 08:00”.": "从何时起：yesterday、2026-11-20、“today 08:00”。",
    "Write a page with charts here.": "把带图表的网页写到此文件。",
    "Write a table for spreadsheets here.": "把电子表格可打开的表格写到此文件。",
    "Send it where [report] in the settings says.": "按设置中的 [report] 发送。",
    (
        "Tell what became of a night: films done and failed, what to do, what is held, hours, what is left."
    ): "说明一夜的结果：完成与失败的影片及处理办法、保留的影片、小时数和剩余的工作。",
    (
        "What failed, is held, is out and is left is told as it stands now; the rest is of the time asked "
        "for."
    ): "失败、保留、停用和剩余的情况按当前状态说明，其余属于所查询的时间段。",
    "A month, such as 2026-11; this one unless given.": "月份，例如 2026-11；不写则为本月。",
    "Or since when: 2026-11-20, yesterday, “today 08:00”.": (
        "或从何时起：2026-11-20、yesterday、“today 08:00”。"
    ),
    "Until when, else now; a date alone is the last day.": "到何时止，不写则到现在；只写日期表示包含当天。",
    "A line for each department, member, project, batch, engine, card or day.": (
        "按部门、成员、项目、批次、引擎、显卡或日期各列一行。"
    ),
    "Only of this department.": "只列该部门。",
    "As a table that spreadsheets open.": "输出电子表格可以打开的表格。",
}
