"""The help of what an operator does with workers and with what failed, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

OPERATING: Mapping[str, str] = {
    "Move films that wait for versions of engines which no worker has any more to those that are there.": (
        "把等待缺失引擎版本的影片迁移到现有版本。"
    ),
    (
        "A film keeps the versions that it was begun with. One that is moved is rendered again as a whole "
        "with the new version, so that all of its clips are alike; what was spoken as a whole stays. "
        "Finished films, and those whose versions somebody still has, are left alone."
    ): (
        "影片会保持开始时所用的版本。迁移的影片会用新版本整体重新渲染，使所有片段一致；已完整朗读的内容会保留。"
        "已完成的影片，以及仍有工作进程具备其版本的影片，不受影响。"
    ),
    "Number of the batch.": "批次编号。",
    "Only the film of this row; repeatable.": "只迁移该行的影片；可重复使用。",
    "Tell what would be moved, and change nothing.": "说明将会迁移什么，但不做任何更改。",
    "Show who works, at what, and what keeps a worker from it; or tell one what to do.": (
        "显示谁在工作、在做什么，以及是什么使其停工；或向工作进程下达指令。"
    ),
    "Have a worker finish the clip that it is at, give the rest back, and take nothing new.": (
        "让工作进程完成当前片段、交还其余部分，并且不再接受新工作。"
    ),
    (
        "Others go on with what it gave back; finished clips are kept. It stays so, also when it is started "
        "anew, until `lectern workers unlock`."
    ): (
        "交还的部分由其他进程继续，已完成的片段会保留。该状态在其重新启动后仍然有效，直到运行 "
        "`lectern workers unlock`。"
    ),
    "Have a worker finish the step that it is at, and take nothing new until `lectern workers unlock`.": (
        "让工作进程完成当前步骤，之后不再接受新工作，直到运行 `lectern workers unlock`。"
    ),
    "Have a worker that was drained or locked take work again.": "让已排空或锁定的工作进程恢复工作。",
    "Forget what a worker and its card failed at; nothing is kept from it, and its card counts as well.": (
        "清除工作进程及其设备的失败记录：不再限制其工作，并视设备为正常。"
    ),
    "The worker, such as cpu0@host; without @host if only one is so called.": (
        "工作进程，例如 cpu0@host；若只有一个同名者可省略 @host。"
    ),
    "Why, for whoever asks later.": "原因，供日后查询。",
    "What failed for good: films, why, and what to do about them; and messages that are none of ours.": (
        "最终失败的内容：影片、原因和处理办法；以及不属于本农场的消息。"
    ),
    "List messages in the farm's queues that are none of its own, the newest first.": (
        "列出农场队列中不属于本农场的消息，最新的在前。"
    ),
    "They were set aside before anybody worked at them. What they tell of their sender helps to find it.": (
        "这些消息在被处理之前即已搁置。其中的发送方信息有助于找到来源。"
    ),
    "Forget them, and count from nought again.": "清除这些记录，并重新从零计数。",
    "List what failed for good, the newest first, and what cures it.": (
        "列出最终失败的内容（最新的在前）以及处理办法。"
    ),
    "Show how a film failed: at which sentence, error, attempts, log, and the input that it failed on.": (
        "显示一部影片如何失败：在哪一句、错误、各次尝试、日志以及当时的输入。"
    ),
    "Tell what would be changed, and change nothing.": "只说明将更改什么，不作更改。",
    "Show who did what to which jobs, batches and workers, the latest first.": (
        "显示谁对哪些任务、批次和工作进程做了什么，最新的在前。"
    ),
    "What is set, and where it comes from.": "设置的取值及其来源。",
    "Show what is set; of a secret only whether it is, and addresses without their passwords.": (
        "显示所有设置；机密设置只说明是否已设置，地址不含密码。"
    ),
    "Check what is set, all of it; nothing is changed, and nothing is connected.": (
        "检查全部设置；不作更改，也不连接任何服务。"
    ),
    "Sections or knobs, such as redis or redis.url; all unless given.": (
        "节名或设置项，例如 redis 或 redis.url；默认全部。"
    ),
    "Tell where each value comes from.": "说明每个取值的来源。",
    "Only what is not as by default.": "仅显示已更改默认值的设置。",
    "Only acts on this job.": "仅限对该任务的操作。",
    "Only acts on this batch.": "仅限对该批次的操作。",
    "Try what failed again, with finished clips kept.": "重试失败的内容，保留已完成的片段。",
    (
        "With --set it is made otherwise than it was submitted; clips that look the same are kept."
    ): "加 --set 时按更改后的选项制作；画面不变的片段仍会保留。",
    "Put what failed away; `lectern requeue` brings it back.": "搁置失败的内容；`lectern requeue` 可恢复。",
    "All of this batch.": "该批次的全部。",
    "Only what met this error.": "仅限遇到该错误的内容。",
    "All that met the error of --error.": "遇到 --error 所指错误的全部内容。",
    "Make it otherwise, such as --set quality=draft or --set face.batch_size=4; repeatable.": (
        "更改选项后制作，例如 --set quality=draft 或 --set face.batch_size=4；可重复使用。"
    ),
}
