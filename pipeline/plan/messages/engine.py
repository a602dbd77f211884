"""Messages of the shelves of engines."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text, message


def _unknown(code: str, en: str, zh: str) -> Message:
    return Message(
        code=code,
        level="error",
        en=Text(
            what=f"There is no engine “{{engine}}” for {en}.",
            why="Engines are chosen by name: Lectern's own, and those that other installed packages add.",
            cure="Use one of these: {known}. `lectern engines` lists them with what each one needs.",
        ),
        zh=Text(
            what=f"没有名为“{{engine}}”的{zh}引擎。",
            why="引擎按名称选择：包括 Lectern 自带的引擎，以及其他已安装软件包提供的引擎。",
            cure="请使用以下之一：{known}。运行 `lectern engines` 可查看全部引擎及其要求。",
        ),
    )


_UNKNOWN = (
    _unknown("engine-voice-unknown", "speech", "语音"),
    _unknown("engine-face-unknown", "talking faces", "说话的脸"),
    _unknown("engine-eye-unknown", "face landmarks", "人脸特征点"),
    _unknown("engine-converter-unknown", "voice conversion", "语音转换"),
    _unknown("engine-ear-unknown", "speech recognition", "语音识别"),
    _unknown("engine-activity-unknown", "speech detection", "语音检测"),
    _unknown("engine-writer-unknown", "script writing", "脚本撰写"),
)

_DEVICES = (
    message(
        "engine-device-missing",
        (
            "The device “{device}” was asked for, and torch finds no such device here.",
            "A card needs its driver, and a torch that was built for it; the CPU wheel of torch sees none.",
            "Set the engine's device to cpu or auto, or install the driver and a torch with CUDA.",
        ),
        (
            "要求使用设备“{device}”，但 torch 在本机找不到该设备。",
            "显卡需要驱动程序和带 CUDA 的 torch；仅支持 CPU 的 torch 安装包看不到任何显卡。",
            "请把该引擎的设备设为 cpu 或 auto，或者安装驱动程序和带 CUDA 的 torch。",
        ),
    ),
    message(
        "engine-device-lost",
        (
            "The device “{device}” stopped answering while the engine “{engine}” computed on it.",
            "Cards get lost by a fault of driver, memory or power; the process cannot use them again then.",
            "The step is done anew by another worker. Start this one again, and see the driver's log.",
        ),
        (
            "引擎“{engine}”计算时，设备“{device}”停止响应。",
            "显卡可能因驱动、显存或供电故障而丢失；丢失显卡的进程无法再次使用它。",
            "该步骤会由其他 worker 重新执行。请重新启动此 worker，并查看驱动日志。",
        ),
    ),
    message(
        "engine-memory-short",
        (
            "{device} has not enough memory for the engine “{engine}”, not even for one thing at a time.",
            "Other programs hold it, the process is limited, or the model is too large for this device.",
            "End what else uses it, bring a smaller model, or allow the processor (cpu_fallback = true).",
        ),
        (
            "{device} 的内存不足以运行引擎“{engine}”，即使每次只处理一项。",
            "可能有其他程序占用内存、本进程的内存上限太低，或者模型对该设备来说太大。",
            "请结束占用内存的其他程序、改用较小的模型，或允许该引擎使用处理器：cpu_fallback = true。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (
    *_UNKNOWN,
    *_DEVICES,
    Message(
        code="engine-missing",
        level="error",
        en=Text(
            what="The engine “{engine}” cannot be used here: its library “{library}” is not installed.",
            why="Lectern installs only what the base needs; the rest comes by make in a checkout, or by pip.",
            cure="Install it into Lectern's environment: {install}",
        ),
        zh=Text(
            what="引擎“{engine}”在此处无法使用：缺少库“{library}”。",
            why="Lectern 默认只安装基础组件，其余的库在源码目录中用 make 安装，其他情况用 pip。",
            cure="请在 Lectern 的环境中安装：{install}",
        ),
    ),
    Message(
        code="engine-broken",
        level="error",
        en=Text(
            what="The engine “{engine}” is installed but does not load: {reason}.",
            why="A library of it is damaged, or was built for another system or version.",
            cure="Install its packages again; `lectern doctor` checks them.",
        ),
        zh=Text(
            what="引擎“{engine}”已安装，但无法加载：{reason}。",
            why="它的某个库已损坏，或者是为其他系统或版本构建的。",
            cure="请重新安装它的软件包；可运行 `lectern doctor` 进行检查。",
        ),
    ),
)
