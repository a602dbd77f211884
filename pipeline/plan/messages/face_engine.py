"""Messages of the faces that a network draws: what it computes with."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "face-device-lost",
        (
            "The device “{device}” stopped answering while it drew mouths.",
            "Cards get lost by a fault of driver, memory or power; the process cannot use them again then.",
            "The clip is drawn anew. This worker ends; `lectern up` starts it again. See the driver's log.",
        ),
        (
            "设备“{device}”在绘制口型时停止响应。",
            "显卡可能因驱动、显存或供电故障而丢失；丢失显卡的进程无法再次使用它。",
            "该片段会重新绘制，本 worker 随即退出，并由 `lectern up` 重新启动。请查看驱动日志。",
        ),
    ),
    message(
        "face-backend-unknown",
        (
            "There is no backend “{backend}” that draws mouths.",
            "A backend computes the network; which ones there are is the same on every machine.",
            "Use one of these: {known}; or auto.",
        ),
        (
            "没有名为“{backend}”的口型计算后端。",
            "后端负责计算神经网络；可用的后端名称在所有机器上都相同。",
            "请使用以下之一：{known}；或使用 auto。",
        ),
    ),
    message(
        "face-device-missing",
        (
            "The device “{device}” was asked for, and the backend “{backend}” finds no such device here.",
            "A card needs its driver, and a torch that was built for it; the CPU wheel of torch sees none.",
            "Use device cpu or auto, or install the driver and a torch with CUDA, and start the worker anew.",
        ),
        (
            "要求使用设备“{device}”，但后端“{backend}”在本机找不到该设备。",
            "显卡需要驱动程序和带 CUDA 的 torch；仅支持 CPU 的 torch 安装包看不到任何显卡。",
            "请把设备改为 cpu 或 auto，或者安装驱动程序和带 CUDA 的 torch，然后重新启动 worker。",
        ),
    ),
    message(
        "face-out-of-memory",
        (
            "{device} has not enough memory for {batch} mouths at a time.",
            "Something else may use the memory, or the model takes more than when it was measured.",
            "Nothing needs doing: the film is made anew with {left} at a time, which is remembered.",
        ),
        (
            "{device} 的内存不足以同时计算 {batch} 帧口型。",
            "可能有其他程序占用了内存，或者模型比测量时更大。",
            "无需处理：影片会改为每次 {left} 帧重新制作，并记住这一数值。",
        ),
    ),
    message(
        "face-batch-wrong",
        (
            "face.batch_size is {word}, which is no whole number from 1 to {most}.",
            "It is how many frames a model computes at a time; fewer take less memory and more time.",
            "Name fewer than the machine takes by itself, such as face.batch_size=4; nothing for its own.",
        ),
        (
            "face.batch_size 的值 {word} 不是 1 到 {most} 的整数。",
            "它是模型每次计算的帧数；越少占用内存越少，但更慢。",
            "请写比本机默认更小的数，例如 face.batch_size=4；留空则使用默认值。",
        ),
    ),
    message(
        "face-memory-exhausted",
        (
            "{device} has not enough memory for a single mouth at a time.",
            "Other programs hold nearly all of it, or the process is limited: the model takes about 1 GB.",
            "End what else uses it (of a card, nvidia-smi lists that), or choose device cpu, then retry.",
        ),
        (
            "{device} 的内存连一帧口型都无法计算。",
            "其他程序几乎占满了内存，或者本进程的内存上限太低：模型大约需要 1 GB。",
            "请结束占用内存的其他程序（显卡可用 nvidia-smi 查看），或把设备改为 cpu，然后重试。",
        ),
    ),
    message(
        "face-precision-missing",
        (
            "{backend} computes with {given} here, not with {asked} as was agreed for the film.",
            "All clips of a film are computed alike; something keeps the processor from what it can do.",
            "Remove ONEDNN_MAX_CPU_ISA from the environment, or set [face] backend to torch, and start anew.",
        ),
        (
            "{backend} 在本机以 {given} 计算，而不是影片约定的 {asked}。",
            "一部影片的所有片段必须以相同方式计算；有某项设置使处理器无法发挥其能力。",
            "请从环境变量中删除 ONEDNN_MAX_CPU_ISA，或把 [face] backend 设为 torch，然后重新启动。",
        ),
    ),
)
