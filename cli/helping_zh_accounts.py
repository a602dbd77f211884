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
