"""The help of pools, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

POOLS: Mapping[str, str] = {
    "Which workers are kept for which films; or set how a pool helps others and is helped.": (
        "哪些工作进程专属于哪些影片；或设置池之间如何互助。"
    ),
    "List the pools: who is in them, what waits for them, and whom they help.": (
        "列出池：其中的工作进程、等待的工作以及帮助谁。"
    ),
    "Set how a pool helps others and is helped; what is not named stays as it is.": (
        "设置池如何帮助其他池以及由谁后备；未指定的保持不变。"
    ),
    (
        "It counts from the next chunk on. Models are named as on the shelf, voices with their engine, such "
        "as coqui/xtts; they are opened by workers that start after this."
    ): ("从下一段起生效。模型用模型架上的名称，声音带引擎名，例如 coqui/xtts；由此后启动的工作进程加载。"),
    "The pool; any: workers and films that are kept for none.": (
        "池名；any：不专属于任何池的工作进程和影片。"
    ),
    "Have its idle workers render others' films, own work first.": (
        "让其空闲的工作进程渲染其他池的影片，自己的影片优先。"
    ),
    'The pool that renders its films while none of its own workers can; "" for none.': (
        '自己的工作进程都无法渲染时代为渲染的池；"" 表示没有。'
    ),
    'Models and voices that its workers open when they start, with spaces between; "" for none.': (
        '其工作进程启动时加载的模型和声音，用空格分隔；"" 表示没有。'
    ),
}
