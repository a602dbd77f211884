"""Messages about nights: what lies in the nightly folder, and pools that work at night alone."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "nightly-running",
        (
            "Another `lectern nightly` is at work in {folder}.",
            "Two at once would put each other's batches away and send each other's pools to rest.",
            "Let it end, or end it; no film stops by that.",
        ),
        (
            "另一个 `lectern nightly` 正在处理 {folder}。",
            "两个同时运行会互相搬走批次、互相让池休息。",
            "请等它结束，或将其终止；影片不会因此停止。",
        ),
    ),
    message(
        "nightly-folder-missing",
        (
            "The nightly folder {folder} is not there.",
            "A folder that the settings name is never made, since it may be a share that is not mounted.",
            "Mount the share or make the folder, or correct [nightly] folder.",
        ),
        (
            "夜间文件夹 {folder} 不存在。",
            "设置中指定的文件夹不会自动创建，因为它可能是尚未挂载的共享。",
            "请挂载共享或创建该文件夹，或修正 [nightly] folder。",
        ),
    ),
    message(
        "nightly-folder-away",
        (
            "The nightly folder {folder} cannot be worked in: {reason}.",
            "Batches are read there, and put into folders beside them.",
            "See whether the share is mounted and can be written to; whatever was queued is found again.",
        ),
        (
            "无法使用夜间文件夹 {folder}：{reason}。",
            "需要在其中读取批次，并把批次移到旁边的文件夹。",
            "请检查共享是否已挂载、是否可写；已排队的内容会被识别，不会重复。",
        ),
    ),
    message(
        "nightly-window-unknown",
        (
            "[nightly] window names {window}, which there is not; there are: {known}.",
            "The night of `lectern nightly` ends with that window.",
            "Make it (`lectern windows add`), or correct [nightly] window.",
        ),
        (
            "[nightly] window 中的 {window} 不存在；现有：{known}。",
            "`lectern nightly` 的夜晚随该时段结束。",
            "请添加该时段（`lectern windows add`），或修正 [nightly] window。",
        ),
    ),
    message(
        "nightly-which-manifest",
        (
            "The folder {folder} shall have one manifest; it has: {found}.",
            "A folder of the nightly folder is one batch: a table of films, and the files that it names.",
            "Leave one table (CSV, Excel or JSON Lines) in it; each other one has a folder of its own.",
        ),
        (
            "文件夹 {folder} 应恰好有一份影片清单；现有：{found}。",
            "夜间文件夹中的每个子文件夹是一个批次：一份影片清单及其用到的文件。",
            "请只保留一份清单（CSV、Excel 或 JSON Lines），其余各放入单独的文件夹。",
        ),
    ),
    message(
        "nightly-pool-wrong",
        (
            "--scale names {pool}, which is no pool: its workers work by day as well.",
            "Only workers that are kept for a pool rest until the next night.",
            "Name a pool of [worker] pools, as `lectern pools` lists them.",
        ),
        (
            "--scale 指定了 {pool}，它不是池：其工作进程白天也要工作。",
            "只有专属于某个池的工作进程才会休息到下一个夜晚。",
            "请指定 [worker] pools 中的池，见 `lectern pools`。",
        ),
    ),
    message(
        "nightly-scale-alone",
        (
            "--scale and --no-wait do not go together.",
            "A pool is sent to rest at the end of the night, which nobody waits for then.",
            "Leave one of them away.",
        ),
        (
            "--scale 不能与 --no-wait 同时使用。",
            "池要在夜晚结束时休息，而此时没有人等待夜晚结束。",
            "请去掉其中一个。",
        ),
    ),
    message(
        "nightly-scale-wrong",
        (
            "[nightly] scale_command cannot be taken apart: {reason}.",
            "It is a program with its arguments; quotation marks hold words together, and there is no shell.",
            "Correct it.",
        ),
        (
            "无法解析 [nightly] scale_command：{reason}。",
            "它是一个程序及其参数；引号用于把词连在一起，不经过 shell。",
            "请修正。",
        ),
    ),
    message(
        "nightly-scale-failed",
        (
            "`{program} ... {verb} {pool}` did not succeed: {reason}.",
            "It is [nightly] scale_command, your own program that starts and stops machines.",
            "Call it by hand to see why; the night goes on with the workers that are there.",
        ),
        (
            "`{program} … {verb} {pool}` 未成功：{reason}。",
            "这是 [nightly] scale_command，即您自己用于启停机器的程序。",
            "请手动调用以查明原因；夜间工作由现有的工作进程继续。",
        ),
    ),
)
