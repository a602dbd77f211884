"""Messages of what a process tells of itself to probes and to Prometheus."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES = (
    Message(
        code="health-name-unknown",
        level="error",
        en=Text(
            what="There is no process called “{name}”.",
            why="A machine's processes are asked by what they are.",
            cure="Use one of these, or none for all: {known}.",
        ),
        zh=Text(
            what="没有名为“{name}”的进程。",
            why="按种类询问本机的进程。",
            cure="请使用以下之一，或留空以检查全部：{known}。",
        ),
    ),
    Message(
        code="metrics-port-taken",
        level="error",
        en=Text(
            what="Port {port} of {host} is in use by another program.",
            why="Each process tells of itself on a port of its own. A second farm on one machine, or a "
            "second worker by name, needs other ports.",
            cure="Set another port in [metrics] {knob}, or 0 to do without.",
        ),
        zh=Text(
            what="{host} 的端口 {port} 已被其他程序占用。",
            why="每个进程在各自的端口上提供自己的运行状况。"
            "同一台机器上的第二个农场，或按名称启动的第二个工作进程，需要使用其他端口。",
            cure="请在 [metrics] {knob} 中设置其他端口，或设为 0 以关闭。",
        ),
    ),
    Message(
        code="metrics-host-wrong",
        level="error",
        en=Text(
            what="“{host}” is no address of this machine.",
            why="[metrics] host says on which address each process tells of itself.",
            cure="Use 127.0.0.1 for this machine alone, or 0.0.0.0 or :: for all of its addresses.",
        ),
        zh=Text(
            what="“{host}”不是本机的地址。",
            why="[metrics] host 指定各进程在哪个地址上提供自己的运行状况。",
            cure="仅限本机请用 127.0.0.1；使用本机的所有地址请用 0.0.0.0 或 ::。",
        ),
    ),
    Message(
        code="metrics-not-open",
        level="error",
        en=Text(
            what="[metrics] host = {host} would show everybody in the network how the farm does.",
            why="Beyond loopback somebody has to decide who may read it.",
            cure="Set a password in [metrics] password_file, or [metrics] open = true if a proxy or a "
            "NetworkPolicy stands before it.",
        ),
        zh=Text(
            what="[metrics] host = {host} 会让网络中的所有人看到农场的运行情况。",
            why="监听回环地址以外的地址时，必须明确谁可以读取。",
            cure="请用 [metrics] password_file 设置密码；若前面有代理或 NetworkPolicy，"
            "请设置 [metrics] open = true。",
        ),
    ),
)
