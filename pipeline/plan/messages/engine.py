"""Messages of the shelves of engines."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text


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

MESSAGES: tuple[Message, ...] = (
    *_UNKNOWN,
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
