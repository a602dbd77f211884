"""The help of departments, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

DEPARTMENTS: Mapping[str, str] = {
    "Who pays for films: what each may use, and what it has used today.": (
        "谁承担影片的费用：每个部门可以使用多少，以及今日已使用多少。"
    ),
    "The department; `lectern departments list` shows them.": "部门；`lectern departments list` 列出全部。",
    "Its name, such as customer-service.": "部门名称，例如 customer-service 或 市场部。",
    "Its share of the farm while others want it, too; 100 is usual.": (
        "其他部门也需要时，它在农场中所占的份额；通常为 100。"
    ),
    "The highest priority of its films, -50 to 50.": "其影片可用的最高优先级，-50 到 50。",
    "Whether its films may be urgent.": "其影片是否可以加急。",
    "Films that may begin a day, further ones wait; none: any number.": (
        "每日可以开始的影片数，超出的等待；none：不限。"
    ),
    "Films under way at once; none: any number.": "同时进行的影片数；none：不限。",
    "Hours on cards a day, such as 7.5; none: any number.": "每日使用设备的小时数，例如 7.5；none：不限。",
    "Films of each member a day; none: any number.": "每个成员每日的影片数；none：不限。",
    "Films of each member under way at once; none: any number.": "每个成员同时进行的影片数；none：不限。",
    "Hours on cards of each member a day; none: any number.": ("每个成员每日使用设备的小时数；none：不限。"),
    "Whose workers render films whose rows name no pool; or none.": (
        "行中未指定池的影片由哪个池的工作进程渲染；或 none。"
    ),
    "What films wait for whose rows do not say so; or none.": "行中未说明时，影片等待哪个时段；或 none。",
    "GB that its sources, clips and films may take in the store, such as 0.5; none: any number.": (
        "其源文件、片段和成片在存储中可占用的 GB 数，例如 0.5；none：不限。"
    ),
    "How long sources are kept after a film is archived or canceled: keep, days:N, or never.": (
        "影片归档或取消后源文件保留多久：keep（一直保留）、days:N（N 天）或 never（不保留）。"
    ),
    "How many films.": "影片数量。",
    "A date, which counts to its end, or a date and time: what is not begun by then lapses.": (
        "日期（截至当日结束）或日期加时间：届时尚未开始的额度会失效。"
    ),
    "List the departments: what each may use, and what it has used today.": (
        "列出各部门：可以使用多少，以及今日已使用多少。"
    ),
    "Show one department: its rights and limits, its grants, and what its members have used today.": (
        "显示一个部门：权限与限额、额度，以及成员今日的使用情况。"
    ),
    "Add a department. What is not named is as usual: weight 100, no limit, and no right to be urgent.": (
        "添加部门。未指定的均为默认：权重 100、无限额、不可加急。"
    ),
    "Change what a department may use; what is not named stays as it is.": (
        "修改部门可以使用的资源；未指定的保持不变。"
    ),
    (
        "It counts at once, also for films that wait; they keep the urgency, priority, pool and window that "
        "they were submitted with (`lectern set` changes those). What has begun is never stopped by it."
    ): (
        "立即生效，对正在等待的影片同样有效，但它们保留提交时的紧急程度、优先级、池和时段"
        "（可用 `lectern set` 更改）；已经开始的影片不会因此停止。"
    ),
    "Let a department have films made beyond its daily quota, until a time.": (
        "允许部门在某个时间之前，在每日配额之外制作影片。"
    ),
    (
        "They are used once a day's own are, also by films that wait already. Limits of members stay as "
        "they are."
    ): "当日配额用完后使用，已在等待的影片也可使用。成员的限额不变。",
    "Forget a department that nothing was ever submitted for.": "删除从未提交过任何内容的部门。",
}
