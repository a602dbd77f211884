"""Words on why a job is where it is, in English and simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

WHY: Mapping[str, tuple[str, str]] = {
    "why-head": ("WHY", "原因"),
    "why-done": ("Job {job} is finished: {film}.", "任务 {job} 已完成：{film}。"),
    "why-undelivered": (
        (
            "Job {job} is finished, but its film did not get into the archive: {error} "
            "`lectern requeue {job}` tries that again."
        ),
        "任务 {job} 已完成，但影片未能归档：{error}用 `lectern requeue {job}` 重新归档。",
    ),
    "why-failed": (
        "Job {job} failed for good: {error} `lectern requeue {job}` queues it again.",
        "任务 {job} 已失败：{error}用 `lectern requeue {job}` 重新排队。",
    ),
    "why-canceled": (
        "Job {job} was canceled; `lectern requeue {job}` brings it back.",
        "任务 {job} 已取消；用 `lectern requeue {job}` 恢复。",
    ),
    "why-running": (
        (
            "Job {job} is under way: {stage}{more} on {worker} ({device}) since {since}, {percent} % of the "
            "film is done{left}."
        ),
        (
            "任务 {job} 正在制作：{stage}{more}，自 {since} 起由 {worker}（{device}）进行，"
            "影片已完成 {percent} %{left}。"
        ),
    ),
    "why-lent": (
        "The pool {lender} has lent {worker} to the pool {pool}.",
        "{worker} 由池 {lender} 借给池 {pool}。",
    ),
    "why-more": (" and {more} more at once", " 及同时进行的另外 {more} 段"),
    "why-left": (", and this step takes about {span} more", "，此步骤约剩 {span}"),
    "why-then": ("What follows is {what}.", "其余部分：{what}。"),
    "why-waits": ("Job {job} waits: {what}.", "任务 {job} 在等待：{what}。"),
    "why-waits-archive": (
        "The film of job {job} is finished, and not in the archive yet: {what}.",
        "任务 {job} 的影片已制作完成，尚未归档：{what}。",
    ),
    "why-approval": (
        "for somebody's approval, as `lectern show {job}` tells",
        "等待批准，详见 `lectern show {job}`",
    ),
    "why-quota": (
        "held for {whose} ({limit:# film|# films} a day), films before it: {ahead}; {begins}. {cure}",
        "因 {whose}（每日 {limit} 部）而等待，前面还有 {ahead} 部；{begins}。{cure}",
    ),
    "why-quota-begins": ("the quota lets it begin on {begins}", "配额从 {begins} 起允许它开始"),
    "why-quota-never": ("as things are it never begins", "按目前的配额永远不会开始"),
    "why-quota-grant": (
        (
            "Who runs the farm can let it begin: "
            "`lectern departments grant {name} --films {films} --until {until}`"
        ),
        "农场管理员可以让它现在开始：`lectern departments grant {name} --films {films} --until {until}`",
    ),
    "why-quota-members": (
        "Who runs the farm can raise it: `lectern departments set {name} --member-films N`",
        "农场管理员可以提高该配额：`lectern departments set {name} --member-films N`",
    ),
    "why-running-limit": (
        (
            "{name} has as many films under way as it may ({limit}), and it begins when one of them is done; "
            "`lectern departments set {name} --running N` lets more begin"
        ),
        (
            "{name} 同时进行的影片已达上限（{limit} 部），有影片完成后它才会开始；"
            "用 `lectern departments set {name} --running N` 提高上限"
        ),
    ),
    "why-running-limit-member": (
        (
            "its member of {name} has as many films under way as each may ({limit}), and it begins when one "
            "of them is done; `lectern departments set {name} --member-running N` lets more begin"
        ),
        (
            "{name} 的这位成员同时进行的影片已达上限（{limit} 部），有影片完成后它才会开始；"
            "用 `lectern departments set {name} --member-running N` 提高上限"
        ),
    ),
    "why-card-time": (
        (
            "{name} has used up its {limit} card hours of the day, and is rendered again from {until} on; "
            "`lectern departments set {name} --card-hours N` gives it more"
        ),
        (
            "{name} 当天的 {limit} 设备小时已用完，{until} 起继续渲染；"
            "用 `lectern departments set {name} --card-hours N` 增加"
        ),
    ),
    "why-card-time-member": (
        (
            "its member of {name} has used up the {limit} card hours that each has a day, and is rendered "
            "again from {until} on; `lectern departments set {name} --member-card-hours N` gives more"
        ),
        (
            "{name} 的这位成员当天的 {limit} 设备小时已用完，{until} 起继续渲染；"
            "用 `lectern departments set {name} --member-card-hours N` 增加"
        ),
    ),
    "why-no-hands": (
        (
            "every worker that can do it is draining, locked, ill, or kept from it: `lectern workers` tells "
            "why, and what to do"
        ),
        (
            "能做此事的工作进程都在收尾、被锁定、显卡异常或暂不接此类任务："
            "用 `lectern workers` 查看原因与处理办法"
        ),
    ),
    "why-archive-hangs": (
        "the archive hangs, and one film after another finds out whether it is back: `lectern doctor`",
        "归档位置无响应，正由影片逐一探测是否恢复：`lectern doctor`",
    ),
    "why-retry": (
        "tried again in {span}, at {until}, after an error: {error}",
        "出错后将在 {span}后（{until}）重试：{error}",
    ),
    "why-sent": (
        (
            "Job {job} is about to {verb}: its step ({stage}) was handed out at {since}, and the next worker "
            "that is free takes it (workers: {hands})."
        ),
        (
            "任务 {job} 即将{verb}：步骤（{stage}）已于 {since} 派出，由下一个空闲的工作进程领取"
            "（共 {hands} 个）。"
        ),
    ),
    "why-between": (
        "Job {job} is between two steps, and goes on within seconds.",
        "任务 {job} 正处于两个步骤之间，数秒内继续。",
    ),
    "why-turn": (
        (
            "Job {job} waits for its turn as {tier}; steps of {department} before it: {ahead}{others}; "
            "workers: {hands} (free: {free}){share}."
        ),
        (
            "任务 {job} 在排队（按{tier}）：{department} 前面有 {ahead} 个步骤{others}；"
            "工作进程 {hands} 个（空闲 {free} 个）{share}。"
        ),
    ),
    "why-next": (
        ("Job {job} is the next of {department}, as {tier}{others}; workers: {hands} (free: {free}){share}."),
        (
            "任务 {job} 是 {department} 的下一个（按{tier}）{others}；"
            "工作进程 {hands} 个（空闲 {free} 个）{share}。"
        ),
    ),
    "why-others": (", of other departments about {others}", "，其他部门约 {others} 个"),
    "why-others-alone": (
        "; steps of other departments before it: about {others}",
        "，其他部门前面约 {others} 个步骤",
    ),
    "why-share": (
        "; of late {department} had {share} % of what those who wait had, and its weight is {weight} %",
        "；在等待的各部门中，{department} 近来用量占 {share} %，权重占 {weight} %",
    ),
    "why-begins": (
        (
            "It will likely {verb} about {begins}, in {span}, give or take {within}: a second of its film "
            "keeps a worker for {pace} s ({basis}, attempts: {attempts})."
        ),
        (
            "预计约 {begins}（{span}后，误差约 {within}）{verb}：每秒影片约占用工作进程 {pace} 秒"
            "（{basis}，{attempts} 次）。"
        ),
    ),
    "why-begins-now": ("It will {verb} within seconds.", "数秒内{verb}。"),
    "why-unknown": (
        "Nobody can tell yet when it will {verb}: nothing like it was made here yet.",
        "暂时无法预计何时{verb}：这里尚未制作过同类影片。",
    ),
    "why-begin": ("begin", "开始"),
    "why-go-on": ("go on", "继续"),
}
