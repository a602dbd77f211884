"""The help of what an operator does with workers and with what failed, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

OPERATING: Mapping[str, str] = {
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
}
