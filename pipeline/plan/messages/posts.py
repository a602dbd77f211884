"""Messages about the devices of a host and who works on them."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "worker-device-unknown",
        (
            "[worker] devices names {device}, and this machine has no such card; it has: {known}.",
            "A card is named by number, a slice such as 0.1, or the beginning of its UUID.",
            "Correct [worker] devices or set it to auto. A card that was there may have fallen off the bus.",
        ),
        (
            "[worker] devices 指定了 {device}，但本机没有这张显卡；现有：{known}。",
            "显卡用编号、切片编号（如 0.1）或 UUID 的开头部分来指定。",
            "请修正 [worker] devices，或设为 auto。以前存在的卡可能已从总线脱落。",
        ),
    ),
    message(
        "worker-device-numbered",
        (
            "Engines of stage {stage} are set to compute on {device}, which worker {worker} has not.",
            "A worker of a card sees that one alone, and to it each card is the first one.",
            'Set device to "auto" or "cuda" there; [worker] devices and card_stages say which does what.',
        ),
        (
            "阶段 {stage} 的引擎被设为在 {device} 上计算，而 worker {worker} 没有这张卡。",
            "绑定显卡的 worker 只能看到自己的那一张，对它来说都是第一张。",
            '请把该处的 device 设为 "auto" 或 "cuda"；由 [worker] devices 和 card_stages 决定哪张卡做什么。',
        ),
    ),
    message(
        "worker-stages-wrong",
        (
            "[worker] card_stages names {stage}, which no card is used for; these are: {known}.",
            "Stages of one card stand with spaces between, cards with commas between.",
            'Correct it, such as card_stages = "speak listen write, render".',
        ),
        (
            "[worker] card_stages 中的 {stage} 不是显卡可承担的阶段；可用：{known}。",
            "同一张卡的阶段用空格分隔，不同的卡用逗号分隔。",
            '请修正，例如 card_stages = "speak listen write, render"。',
        ),
    ),
    message(
        "worker-shares-wrong",
        (
            "[worker] card_shares holds {value}, and a card has 1 to {most} workers.",
            "It is how many workers share each card, with commas between cards.",
            'Correct it, such as card_shares = "2" for two workers on every card.',
        ),
        (
            "[worker] card_shares 中的 {value} 无效：一张卡可有 1 到 {most} 个工作进程。",
            "它表示每张卡由几个工作进程共享，不同的卡用逗号分隔。",
            '请修正，例如 card_shares = "2" 表示每张卡两个工作进程。',
        ),
    ),
    message(
        "worker-pools-long",
        (
            "[worker] pools puts a worker into “{value}”: more than {most} characters.",
            "That is as much as the ledger keeps of a worker's pools.",
            "Put it into fewer pools, or give them shorter names.",
        ),
        (
            "[worker] pools 为一个 worker 指定了“{value}”，超过 {most} 个字符。",
            "账本最多保存这么长的池名列表。",
            "请减少它所属的池，或使用更短的名称。",
        ),
    ),
    message(
        "pool-name-wrong",
        (
            "“{name}” is no name of a pool.",
            "It is 1 to 24 of the letters a to z, digits, - and _, and begins with a letter or a digit.",
            "Correct the column pool, [film] pool, [worker] pools, or the command; any means no pool.",
        ),
        (
            "“{name}”不是有效的池名。",
            "它由 1 到 24 个字母 a 到 z、数字、- 或 _ 组成，以字母或数字开头。",
            "请在其出现处修正：pool 列、[film] pool、[worker] pools 或命令；any 表示不指定池。",
        ),
    ),
    message(
        "pool-own-standby",
        (
            "The pool {pool} cannot stand by for itself.",
            "A stand-by renders a pool's films while nobody of the pool can.",
            'Name another pool, or `--standby ""` for none.',
        ),
        (
            "池 {pool} 不能作为自己的后备。",
            "后备池在该池无法渲染时代为渲染其影片。",
            '请指定另一个池，或用 `--standby ""` 取消后备。',
        ),
    ),
    message(
        "pool-circle",
        (
            "With this, pools would stand by for each other in a circle: {way}.",
            "If none of them could render, each would wait for the next one.",
            'Choose another stand-by, or take one out of the circle: `lectern pools set NAME --standby ""`.',
        ),
        (
            "这样设置会使后备池形成循环：{way}。",
            "如果它们都无法渲染，就会互相等待。",
            '请选择另一个后备池，或先解除其中一个：`lectern pools set 池名 --standby ""`。',
        ),
    ),
    message(
        "preload-not-alone",
        (
            "The model {model} restores faces, and is not opened alone.",
            "It is opened together with the model that draws the face when a film asks for both.",
            'Take it out of what the pool opens: `lectern pools set NAME --preload "..."`.',
        ),
        (
            "模型 {model} 用于修复人脸，不能单独加载。",
            "当影片同时需要它和绘制人脸的模型时，两者会一起加载。",
            '请将其从池的加载列表中去掉：`lectern pools set 池名 --preload "…"`。',
        ),
    ),
    message(
        "pool-nothing-set",
        (
            "Nothing is said of what to set of the pool {pool}.",
            "The command changes what it is told, and leaves the rest as it is.",
            'Add --lend or --no-lend, --standby POOL or --preload "NAME ...".',
        ),
        (
            "没有说明要为池 {pool} 设置什么。",
            "该命令只更改所指定的内容，其余保持不变。",
            '请加上 --lend 或 --no-lend、--standby 池名，或 --preload "名称 …"。',
        ),
    ),
    message(
        "worker-post-unknown",
        (
            "This machine has no worker {name}; it has: {known}.",
            "Workers are named by their card, such as render-0, or cpu0 and so on by processors.",
            "Name one of these, or leave --name out to run all of them.",
        ),
        (
            "本机没有名为 {name} 的工作进程；现有：{known}。",
            "工作进程以显卡命名，如 render-0；使用处理器的则为 cpu0 等。",
            "请使用其中一个名称，或省略 --name 以运行全部。",
        ),
    ),
    message(
        "worker-nothing-to-do",
        (
            "No worker of this machine has anything to do.",
            "[worker] devices and card_stages and --only leave nothing that an engine here can do.",
            "Leave --only out, or correct the settings; `lectern engines` shows what is installed.",
        ),
        (
            "本机没有任何工作进程有事可做。",
            "[worker] 的 devices、card_stages 与 --only 排除了本机引擎能做的一切。",
            "请去掉 --only，或修正设置；`lectern engines` 会列出已安装的引擎。",
        ),
    ),
    message(
        "worker-cards-silent",
        (
            "The cards that [worker] devices names ({devices}) cannot be looked at: {reason}.",
            "NVIDIA's management library gave no answer, or the driver was renewed and not loaded yet.",
            "Run nvidia-smi; if it hangs or complains too, reboot. devices = none does without meanwhile.",
        ),
        (
            "无法查看 [worker] devices 指定的显卡（{devices}）：{reason}。",
            "NVIDIA 管理库没有应答，或者驱动已更新但尚未加载。",
            "请运行 nvidia-smi；若同样挂起或报错，请重启。期间可设 devices = none。",
        ),
    ),
    message(
        "farm-crew-already",
        (
            "The workers of {home} run on this machine already.",
            "Two crews on one home folder would give workers the same names.",
            "Use those, end them with Ctrl-C where they run, or choose another home in LECTERN_HOME.",
        ),
        (
            "本机已在运行 {home} 的工作进程。",
            "同一主目录上的两组工作进程会重名。",
            "请使用正在运行的那组，或在其终端按 Ctrl-C 结束，或用 LECTERN_HOME 选择另一个主目录。",
        ),
    ),
)
