"""Words about workers and what an operator does with them."""

from __future__ import annotations

from collections.abc import Mapping

OPERATING: Mapping[str, tuple[str, str]] = {
    "card": ("CARD", "设备"),
    "pool": ("POOL", "池"),
    "version": ("VERSION", "版本"),
    "progress": ("PROGRESS", "最近进展"),
    "failed-lately": ("FAILED 1 H", "1 小时失败"),
    # How a worker stands.
    "worker-idle": ("idle", "空闲"),
    "worker-working": ("working", "工作中"),
    "worker-ending": ("ending", "正在结束"),
    "worker-draining": ("draining", "排空中"),
    "worker-drained": ("drained", "已排空"),
    "worker-locking": ("locking", "锁定中"),
    "worker-locked": ("locked", "已锁定"),
    "worker-disk_low": ("disk low", "磁盘不足"),
    "worker-card_out": ("card out", "设备停用"),
    "worker-card_sick": ("card sick", "设备故障"),
    "worker-card_stuck": ("card stuck", "设备卡死"),
    "worker-silent": ("silent", "无响应"),
    "worker-gone": ("lost", "已丢失"),
    "worker-left": ("ended", "已结束"),
    "memory": ("MEMORY", "内存"),
    "card-name": ("MODEL", "型号"),
    "card-memory": ("CARD MEMORY", "显存"),
    "warmth": ("TEMP", "温度"),
    "work-clip": (
        "{row} (job {job}): {stage} {chunk}, clip {clip}/{clips}",
        "{row}（任务 {job}）：{stage} {chunk}，片段 {clip}/{clips}",
    ),
    "work-step": ("{row} (job {job}): {stage}", "{row}（任务 {job}）：{stage}"),
    "ago": ("{span} ago", "{span}前"),
    "no-workers-known": (
        "No worker is there. `lectern up` starts the farm.",
        "没有工作进程。用 `lectern up` 启动农场。",
    ),
    "worker-ordered-drain": (
        (
            "{worker} takes nothing new since {since}, says {by}: {reason}. "
            "`lectern workers unlock {worker} --reason ...` ends that."
        ),
        (
            "{worker} 自 {since} 起不接受新工作，{by}：{reason}。"
            "用 `lectern workers unlock {worker} --reason …` 解除。"
        ),
    ),
    "worker-is-gone": (
        "{worker} was lost {span} ago and is not back; its log on {host} says why. `lectern up` starts it.",
        "{worker} 于 {span}前丢失且未恢复：请查看 {host} 上的日志；`lectern up` 可重新启动。",
    ),
    "worker-is-left": (
        "{worker} ended {span} ago, in good order; what started it on {host} starts it again.",
        "{worker} 于 {span}前正常结束；可在 {host} 上重新启动。",
    ),
    "worker-is-silent": (
        "{worker} has given no sign of life for {span}: see whether {host} runs and reaches the ledger.",
        "{worker} 已有 {span}没有响应：请检查 {host} 是否在运行、能否访问账本。",
    ),
    "worker-disk": (
        "{worker} takes nothing until its disk has room ({detail}): `lectern gc`, or make room on {host}.",
        "{worker} 在磁盘腾出空间之前不接受工作（{detail}）：运行 `lectern gc`，或清理 {host}。",
    ),
    "worker-out": ("{worker}: {detail}", "{worker}：{detail}"),
    "worker-blocked": (
        (
            "{worker} is kept from {capability} until {until}, having failed at it again and again. "
            "`lectern workers clear {worker} --reason ...` ends that."
        ),
        "{worker} 屡次失败，{until} 前不做 {capability}：`lectern workers clear {worker} --reason …` 解除。",
    ),
    "worker-failed": (
        "{worker}: failures in the last hour: {times}; the last: {error}",
        "{worker} 近 1 小时失败 {times} 次，最近一次：{error}",
    ),
    # The one screen.
    "all-well": (
        "All is well. Films in work: {active}; queued: {queued}.",
        "一切正常。进行中 {active} 部，排队 {queued} 部。",
    ),
    "all-well-idle": ("All is well; there is nothing to do.", "一切正常，没有待做的工作。"),
    "worth-knowing": ("Worth knowing:", "另请注意："),
    "needs-one": ("Somebody has to see to this:", "需要处理："),
    "needs": (
        "Somebody has to see to these {number}, the gravest first:",
        "有 {number} 项需要处理，最要紧的在前：",
    ),
    "more-advice": (
        "- and {number} more: `lectern workers`, `lectern status --json`",
        "- 还有 {number} 项：`lectern workers`、`lectern status --json`",
    ),
    "more-workers": ("and {number} more: `lectern workers`", "还有 {number} 个：`lectern workers`"),
    "more-batches": ("and {number} more: `lectern list`", "还有 {number} 个批次：`lectern list`"),
    "more-failures": (
        "and {number} more kinds: `lectern status --json`",
        "还有 {number} 种：`lectern status --json`",
    ),
    "farm-not-up": (
        "The farm is not up, and films wait for it: {films}. Start it with `lectern up`.",
        "农场没有运行，有 {films} 部影片在等待。用 `lectern up` 启动。",
    ),
    "farm-not-up-idle": (
        "The farm is not up, and nothing waits for it. `lectern up` starts it.",
        "农场没有运行，也没有等待的工作。用 `lectern up` 启动。",
    ),
    "redis-silent": ("Nothing new is handed out: {detail}", "不会分配新工作：{detail}"),
    "dispatcher-silent": (
        (
            "Nothing new is handed out: {name} has been silent for {span}. `lectern up` or "
            "systemd starts it again; where neither runs: `lectern dispatcher`."
        ),
        (
            "不会分配新工作：{name} 已有 {span}没有响应。`lectern up` 或 systemd 会自动重启它；"
            "如果都没有运行，请用 `lectern dispatcher` 启动。"
        ),
    ),
    "poison-messages": (
        "Messages that are none of the farm's were set aside: {number}. `lectern dead messages` tells whose.",
        "Redis 中有 {number} 条不属于本农场的消息，已搁置。`lectern dead messages` 说明来源。",
    ),
    "none-takes": (
        "Nothing new is begun: every worker is drained, locked, out of room or has an ill card (below).",
        "不会开始新工作：所有工作进程都已排空、锁定、磁盘不足或设备故障（见下）。",
    ),
    "nobody-can": (
        (
            "{stages}: {steps:# step waits|# steps wait} that no worker can do. Start one: `lectern up`, "
            "`lectern worker`."
        ),
        "{stages}：有 {steps} 个步骤没有工作进程能做。请启动能做的：`lectern up`、`lectern worker`。",
    ),
    "unwatched": (
        "Nobody watches over the workers of {host}: one that hangs stays so. `lectern watchdog` there.",
        "{host} 上的工作进程无人看护，卡死后不会自动恢复：请在该机上运行 `lectern watchdog`。",
    ),
    "clock-ahead": (
        "The clock of {host} is {span} ahead of the ledger's, and windows and quotas with it: set it (NTP).",
        "{host} 的时钟比账本快 {span}：时段、配额和等待时间会相应偏差。请校准时间（NTP）。",
    ),
    "clock-behind": (
        "The clock of {host} is {span} behind the ledger's, and windows and quotas with it: set it (NTP).",
        "{host} 的时钟比账本慢 {span}：时段、配额和等待时间会相应偏差。请校准时间（NTP）。",
    ),
    "archive-away": (
        "Films cannot be delivered (waiting: {films}): {detail}",
        "影片无法归档（等待中：{films} 部）：{detail}",
    ),
    "disk-away": ("{place}: {detail}", "{place}：{detail}"),
    "disk-low": (
        "{place} has {free} left, and workers begin nothing below {floor}: make room, or `lectern gc`.",
        "{place} 仅剩 {free}，低于 {floor} 时不会开始新工作：请清理磁盘，或运行 `lectern gc`。",
    ),
    "dot": (" · ", " · "),
    "farm": ("FARM", "农场"),
    "disks": ("DISKS", "磁盘"),
    "times": ("TIMES", "次数"),
    "last-met": ("WHAT, AS MET LAST", "最近一次的情况"),
    "farm-is-not-up": ("not up", "没有运行"),
    "dispatcher-leads": ("{name} hands out work", "{name} 正在分配工作"),
    "dispatcher-none": ("no dispatcher leads", "没有调度进程"),
    "watchdogs": ("watchdog on {watched} of {hosts} hosts", "看护进程：{watched}/{hosts} 台主机"),
    "redis-answers": ("Redis answers", "Redis 正常"),
    "redis-away": ("Redis does not answer", "Redis 没有应答"),
    "redis-unknown": ("no Redis is known here", "此处不知道 Redis 的位置"),
    "waiting-head": ("WAITING", "等待"),
    "in-work": ("IN WORK", "进行中"),
    "queue-oldest": ("the oldest for {span} ({stage})", "最久 {span}（{stage}）"),
    "queue-later": ("at a later time {steps}", "稍后进行 {steps}"),
    "nothing-waits": ("nothing", "无"),
    "disk-home": ("home", "主目录"),
    "disk-store": ("store", "存储"),
    "disk-archive": ("archive", "归档"),
    "disk-room": ("{of}: {free} free of {size}", "{of}：可用 {free}，共 {size}"),
    "disk-unseen": ("{of}: cannot be seen", "{of}：无法访问"),
    "disk-floor": ("workers need {floor}", "工作进程至少需要 {floor}"),
    "archive-is-there": ("can be reached", "可用"),
    "archive-is-away": ("cannot be reached", "不可用"),
    "archive-films": ("films on their way: {films}", "待归档影片：{films}"),
    "failed-in": (
        "What attempts failed with in the last {hours:hour|# hours}:",
        "最近 {hours} 小时内的失败：",
    ),
    "lost-worker": (
        "The worker was lost in the middle of it; the step went on elsewhere.",
        "工作进程中途丢失，步骤已由其他进程继续。",
    ),
    # What was ordered.
    "drain-ordered": (
        "{worker} finishes the clip that it is at, gives the rest back and takes nothing new.",
        "{worker} 将完成当前片段，交还其余部分，不再接受新工作。",
    ),
    "lock-ordered": (
        "{worker} finishes the step that it is at and takes nothing new.",
        "{worker} 将完成当前步骤，不再接受新工作。",
    ),
    "unlock-ordered": ("{worker} takes work again.", "{worker} 恢复接受工作。"),
    "clear-ordered": (
        "What {worker} and its card failed at until now counts no longer.",
        "{worker} 及其设备此前的失败不再计入。",
    ),
    "cleared-card": (
        "Its card was told as “{state}”, and gets work again; what a reading finds wrong takes it out anew.",
        "其设备此前状态为“{state}”，现重新接受工作；若读数仍有异常，将再次停用。",
    ),
    "cleared-blocks": (
        "It does again what it was kept from: {kinds}.",
        "它重新承担此前被停止的工作：{kinds}。",
    ),
    "cleared-nothing": (
        "It was kept from nothing, and its card counted as well.",
        "它此前未被停止任何工作，其设备也视为正常。",
    ),
    # What waits for versions of engines that nobody has any more.
    "films-stranded": (
        (
            "Batch {batch}: films begun with {needs}, which no worker has any more: {films}. "
            "`lectern replan {batch}` moves them to the version that is there."
        ),
        (
            "批次 {batch}：{films} 部影片开始时使用 {needs}，现已没有工作进程具备该版本。"
            "用 `lectern replan {batch}` 迁移到现有版本。"
        ),
    ),
    "films-stuck": (
        (
            "Batch {batch}: films begun with {needs}, and no worker at all is there for {capability}: "
            "{films}. Start one."
        ),
        (
            "批次 {batch}：{films} 部影片开始时使用 {needs}，且没有任何能做 {capability} 的工作进程。"
            "请启动一个。"
        ),
    ),
    "films-all-kept": (
        (
            "Batch {batch}: films without a pool, while every worker that could render them is kept for one "
            "({pools}): {films}. Have idle ones help, `lectern pools set {one} --lend`; or have one take any "
            'film ([worker] pools = "{one} any").'
        ),
        (
            "批次 {batch}：{films} 部影片不属于任何池，而所有能渲染它们的工作进程都专属于某个池（{pools}）。"
            "可让空闲者帮忙：`lectern pools set {one} --lend`；或让其中一个也接受任何影片"
            '（[worker] pools = "{one} any"）。'
        ),
    ),
    "films-no-pool": (
        (
            "Batch {batch}: films of the pool {pool}, in which no worker is that could render them: {films}. "
            "Start one ([worker] pools), or hand them to another pool: "
            "`lectern set --batch {batch} --pool NAME`."
        ),
        (
            "批次 {batch}：{films} 部影片属于池 {pool}，而该池中没有能渲染它们的工作进程。"
            "请启动一个（[worker] pools），或转交给另一个池：`lectern set --batch {batch} --pool 池名`。"
        ),
    ),
    "replan-films": (
        "From {needs} to {to}: films: {films}; finished clips that are made again: {clips} at most.",
        "从 {needs} 迁移到 {to}：影片 {films} 部；最多重新制作 {clips} 个已完成的片段。",
    ),
    "replan-begun": (
        "From {needs} to the version that is there: films: {films}; sentences again: {sentences} at most.",
        "从 {needs} 迁移到现有版本：影片 {films} 部；最多重新制作 {sentences} 个句子。",
    ),
    "replan-stuck": (
        "Begun with {needs}, and no worker is there for {capability}; they wait on: {films}.",
        "开始时使用 {needs}，且没有能做 {capability} 的工作进程；继续等待的影片：{films} 部。",
    ),
    "replan-nothing": (
        "No film of batch {batch} waits for a version that no worker has.",
        "批次 {batch} 中没有影片在等待缺失的版本。",
    ),
    # Who renders films from now on.
    "pool-unserved": (
        "Just now no such worker is there that renders: start one ([worker] pools).",
        "目前没有这样的渲染工作进程：请启动一个（[worker] pools）。",
    ),
    "replan-dry": ("Nothing was moved: this was a dry run.", "这是试运行，未迁移任何影片。"),
    "replanned": ("Films moved: {films}.", "已迁移影片：{films} 部。"),
    "ask-replan": ("Move them? [y/N]", "要迁移吗？[y/N]"),
    "dead-letters": (
        "Failed for good: {number}. `lectern dead list` tells why, and what to do.",
        "最终失败：{number}。`lectern dead list` 说明原因和处理办法。",
    ),
}
