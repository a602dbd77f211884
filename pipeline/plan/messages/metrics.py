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
        code="ready-unknown",
        level="warning",
        en=Text(
            what="Nothing is known of this yet: {part}.",
            why="A process that has just begun has not looked at everything that it rests on.",
            cure="Wait a moment; if it stays so, `lectern doctor` on this machine says what is wrong.",
        ),
        zh=Text(
            what="尚不清楚此项的情况：{part}。",
            why="刚启动的进程还没有检查完它所依赖的一切。",
            cure="请稍候；若一直如此，请在本机运行 `lectern doctor` 查明原因。",
        ),
    ),
    Message(
        code="ready-silent",
        level="warning",
        en=Text(
            what="No answer for {seconds} s: {part}.",
            why="It is asked again and again. A server or a share that hangs says nothing at all.",
            cure="See whether it can be reached from this machine. Nothing has to be restarted: the process "
            "goes on by itself.",
        ),
        zh=Text(
            what="已有 {seconds} 秒没有回应：{part}。",
            why="系统会反复询问。卡住的服务器或共享目录不会给出任何回应。",
            cure="请检查能否从本机访问它。无需重启任何进程：恢复后会自动继续。",
        ),
    ),
    Message(
        code="ready-away",
        level="warning",
        en=Text(
            what="It cannot be reached from here: {part} ({reason}).",
            why="The dispatcher asks it at every look.",
            cure="`lectern doctor` on this machine says more. Nothing has to be restarted: the process "
            "goes on by itself.",
        ),
        zh=Text(
            what="从本机无法访问：{part}（{reason}）。",
            why="调度进程每次查看时都会访问它。",
            cure="请在本机运行 `lectern doctor` 了解详情。无需重启任何进程：恢复后会自动继续。",
        ),
    ),
    Message(
        code="ready-none-takes",
        level="warning",
        en=Text(
            what="No worker of this host takes work ({workers}).",
            why="A host is of use when one of its workers takes what comes.",
            cure="`lectern workers` says who has told a worker to take nothing, and why; make room on a disk "
            "that is low; see `lectern models` where no engine can be used.",
        ),
        zh=Text(
            what="本机没有工作进程接收工作（{workers}）。",
            why="至少有一个工作进程接收工作，这台主机才有用。",
            cure="运行 `lectern workers` 可查看是谁、因何让工作进程停止接收；请为空间不足的磁盘腾出空间；"
            "若没有可用的引擎，请查看 `lectern models`。",
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
            why="What it tells, and a password for it, go over the network as they are, for anybody to read.",
            cure="Leave it at 127.0.0.1, or set [metrics] open = true where a proxy that speaks TLS, a "
            "NetworkPolicy or a network of containers decides who reaches the port; set a password besides.",
        ),
        zh=Text(
            what="[metrics] host = {host} 会让网络中的所有人看到农场的运行情况。",
            why="其内容及密码会以明文经过网络，途中任何人都能读到。",
            cure="请保持 127.0.0.1；若由支持 TLS 的代理、NetworkPolicy 或容器网络限定访问者，"
            "请设置 [metrics] open = true，并另设密码。",
        ),
    ),
)
