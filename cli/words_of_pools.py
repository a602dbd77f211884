"""Words about pools."""

from __future__ import annotations

from collections.abc import Mapping

POOLS: Mapping[str, tuple[str, str]] = {
    "pool-workers": ("WORKERS", "工作进程"),
    "pool-cards": ("CARDS", "设备"),
    "pool-waiting": ("WAITING", "等待"),
    "pool-running": ("IN WORK", "进行中"),
    "pool-helps": ("HELPS", "协助"),
    "pool-helped": ("{pool} ({steps})", "{pool}（{steps}）"),
    "worker-helps": ("HELPS", "协助"),
    "helps-lent": ("{pool}: lent, {span}", "{pool}：借出，{span}"),
    "helps-standby": ("{pool}: stand-by, {span}", "{pool}：后备，{span}"),
    "helps-ending": ("{pool}: ends its chunk, {span}", "{pool}：完成本段，{span}"),
    "worker-helps-lent": (
        "{worker} of the pool {pool} is lent to the pool {helped}, for {span}: {row} (job {job}).",
        "池 {pool} 的 {worker} 已借给池 {helped}，{span}：{row}（任务 {job}）。",
    ),
    "worker-helps-standby": (
        "{worker} of the pool {pool} stands in for the pool {helped}, for {span}: {row} (job {job}).",
        "池 {pool} 的 {worker} 作为后备为池 {helped} 渲染，{span}：{row}（任务 {job}）。",
    ),
    "worker-helps-ending": (
        "{worker} of the pool {pool} ends its chunk for the pool {helped}, and no more: {row} (job {job}).",
        "池 {pool} 的 {worker} 完成池 {helped} 的本段后不再接受其影片：{row}（任务 {job}）。",
    ),
    "opened": ("OPENED AT START", "启动时已加载"),
    "pool-lends-head": ("LENDS", "可借出"),
    "pool-standby": ("STAND-BY", "后备"),
    "pool-preload": ("OPENS AT START", "启动时加载"),
    "pool-taking": ("{taking} of {workers}", "{workers} 中的 {taking}"),
    "pool-cards-ill": ("{well} well, {ill} ill", "正常 {well}，异常 {ill}"),
    "pool-set": ("The pool {pool} is set. From the next chunk on:", "已设置池 {pool}，从下一段起："),
    "pool-as-before": ("The pool {pool} was so already:", "池 {pool} 原本就是如此："),
    "pool-lends": (
        "- its idle workers render others' films while none of its own waits;",
        "- 其空闲的工作进程在自己没有影片等待时渲染其他池的影片；",
    ),
    "pool-lends-not": ("- its workers render its own films alone;", "- 其工作进程只渲染自己的影片；"),
    "pool-stands-by": (
        "- while none of its own workers can, its films are rendered by the stand-by pool {standby}.",
        "- 自己的工作进程都无法渲染时，由后备池 {standby} 渲染其影片。",
    ),
    "pool-no-standby": (
        "- no pool stands by: while none of its own workers can, its films wait, or go to who lends.",
        "- 没有后备池：自己的工作进程都无法渲染时，其影片会等待，或交给可借出的池。",
    ),
    "pool-preloads": (
        "- its workers open {names} when they start.",
        "- 其工作进程启动时加载 {names}。",
    ),
    "pool-unused": (
        "No worker is in the pool {pool}, and no film waits for it: is the name right? ([worker] pools)",
        "池 {pool} 中没有工作进程，也没有影片等待它：名称是否正确？（[worker] pools）",
    ),
    "pool-standby-empty": (
        (
            "No worker is in the pool {standby} now: it stands in once there is one. "
            "Is the name right? ([worker] pools)"
        ),
        "池 {standby} 中现在没有工作进程：有了之后才能作为后备。名称是否正确？（[worker] pools）",
    ),
    "pool-preload-astray": (
        "{name} is not to be found here; workers that have it open it: {detail}",
        "此处找不到 {name}，拥有它的工作进程仍会加载：{detail}",
    ),
    "pool-by": (
        "{pool}, where nobody takes work: rendered by stand-by pool {standby}",
        "{pool}（无可用的工作进程：由后备池 {standby} 渲染）",
    ),
    "pool-rendered-by": (
        "Nobody in the pool {pool} takes work: its films are rendered by the stand-by pool {standby}.",
        "池 {pool} 中没有可用的工作进程：其影片由后备池 {standby} 渲染。",
    ),
    "any-rendered-by": (
        "Nobody without a pool takes work: films without one are rendered by the stand-by pool {standby}.",
        "不专属于任何池的工作进程都不可用：不指定池的影片由后备池 {standby} 渲染。",
    ),
    "worker-unopened": ("{worker} could not open {name}: {detail}", "{worker} 无法加载 {name}：{detail}"),
}
