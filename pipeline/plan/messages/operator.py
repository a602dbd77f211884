"""Messages about what an operator does with workers and with what failed."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "worker-unknown",
        (
            "There is no worker {worker}; there are: {known}.",
            "A worker is named by its place and its host; one that was never in this farm has no orders.",
            "Name one of these; `lectern workers` shows them.",
        ),
        (
            "没有名为 {worker} 的工作进程；现有：{known}。",
            "工作进程的名称由位置和主机组成；从未加入本农场的工作进程无法接收指令。",
            "请使用其中一个名称；`lectern workers` 可查看。",
        ),
    ),
    message(
        "worker-reason-missing",
        (
            "An order to a worker needs a reason.",
            "Whoever finds it idle at night wants to know why, and from whom.",
            'Add --reason, such as --reason "a fan is replaced".',
        ),
        (
            "给工作进程的指令需要说明原因。",
            "夜里发现它空闲的人需要知道原因和下令者。",
            "请加上 --reason，例如 --reason “更换风扇”。",
        ),
    ),
    message(
        "dead-none-of-job",
        (
            "Nothing of job {job} is in the dead-letter list.",
            "Only films that failed for good, or could not be archived, have letters there.",
            "`lectern dead list` shows them; `lectern show {job}` shows how the job stands.",
        ),
        (
            "任务 {job} 没有死信。",
            "只有最终失败或无法归档的影片才会进入死信列表。",
            "`lectern dead list` 查看死信；`lectern show {job}` 查看该任务的状态。",
        ),
    ),
    message(
        "dead-which",
        (
            "It is not said which dead letters are meant.",
            "One act can concern some jobs, a whole batch, or all that met one error.",
            "Name jobs, or --batch BATCH, or --all with --error CODE; `lectern dead list` shows them.",
        ),
        (
            "没有说明是哪些死信。",
            "一次操作可针对若干任务、整个批次，或遇到同一错误的全部任务。",
            "请写出任务编号，或 --batch 批次，或 --all 加 --error 代码；`lectern dead list` 可查看。",
        ),
    ),
    message(
        "replan-row-unknown",
        (
            "Batch {batch} has no row {row}.",
            "A film is named by its row's id in the manifest, not by its number.",
            "See `lectern list {batch}` for the rows; nothing was changed.",
        ),
        (
            "批次 {batch} 中没有行 {row}。",
            "影片以清单中的行 id 指定，而不是任务编号。",
            "请用 `lectern list {batch}` 查看各行；未做任何更改。",
        ),
    ),
    message(
        "requeue-option-unknown",
        (
            "{option} cannot be changed for a film that was submitted; these can be: {known}.",
            "What takes another file, font, model or check has to be looked at as a new row is.",
            "Correct the row in the manifest and submit it again; what stays the same is not made again.",
        ),
        (
            "影片提交后无法更改 {option}；可更改的有：{known}。",
            "涉及其他文件、字体、模型或检查的更改需要像新行一样重新检查。",
            "请修改清单中的该行并重新提交；未变的部分不会重新制作。",
        ),
    ),
)
