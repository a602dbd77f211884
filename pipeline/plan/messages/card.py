"""Messages about cards, and about workers that are kept from work."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="card-lost",
        level="error",
        en=Text(
            what="The card {card} ({device}) cannot be reached any more; it gets no work.",
            why=(
                "The driver lists it no more, or says that it fell off the bus: power, heat, the slot or the "
                "card itself."
            ),
            cure=(
                "Look for Xid 79 in the kernel's log (dmesg), then switch the host off and on. If it comes "
                "again, check the power cables and the slot. The card gets work again as soon as it answers."
            ),
        ),
        zh=Text(
            what="显卡 {card}（{device}）已无法访问，不再分配任务。",
            why="驱动程序不再列出该显卡，或报告其已从总线脱落：原因可能是供电、温度、插槽或显卡本身。",
            cure=(
                "请在内核日志（dmesg）中查找 Xid 79，然后将主机断电重启。若再次发生，请检查供电线和插槽。显卡"
                "恢复响应后会自动重新分配任务。"
            ),
        ),
    ),
    Message(
        code="card-needs-reset",
        level="error",
        en=Text(
            what="The card {card} ({device}) has to be reset; it gets no work.",
            why="The driver says that the card works again only after a reset.",
            cure=(
                "Drain the host's workers, then run “nvidia-smi --gpu-reset -i {device}” or boot the host "
                "again. The card gets work again as soon as it answers."
            ),
        ),
        zh=Text(
            what="显卡 {card}（{device}）需要重置，不再分配任务。",
            why="驱动程序报告该显卡只有在重置后才能继续工作。",
            cure=(
                "请先让该主机的工作进程排空，再运行“nvidia-smi --gpu-reset -i {device}”或重启主机。显卡恢复响"
                "应后会自动重新分配任务。"
            ),
        ),
    ),
    Message(
        code="card-silent",
        level="error",
        en=Text(
            what="The card {card} ({device}) does not answer; it gets no work.",
            why="Its state was asked for and no answer came in time: the driver or the card hangs.",
            cure=(
                "Look into the kernel's log (dmesg) for Xid errors. If nvidia-smi hangs too, boot the host "
                "again. The card gets work again as soon as it answers."
            ),
        ),
        zh=Text(
            what="显卡 {card}（{device}）没有响应，不再分配任务。",
            why="查询其状态时未能按时得到回答：驱动程序或显卡已挂起。",
            cure=(
                "请在内核日志（dmesg）中查找 Xid 错误。如果 nvidia-smi 也挂起，请重启主机。显卡恢复响应后会自"
                "动重新分配任务。"
            ),
        ),
    ),
    Message(
        code="card-driver-changed",
        level="error",
        en=Text(
            what="The driver of the card {card} ({device}) was {before} and is {now}; the card gets no work.",
            why="A driver that is replaced under running programs fails in them sooner or later.",
            cure="Start this host's workers anew; if that fails, boot the host again.",
        ),
        zh=Text(
            what="显卡 {card}（{device}）的驱动程序由 {before} 变为 {now}，该显卡不再分配任务。",
            why="在程序运行期间更换驱动程序，迟早会使这些程序出错。",
            cure="请重新启动该主机的工作进程；若仍不行，请重启主机。",
        ),
    ),
    Message(
        code="card-memory-broken",
        level="error",
        en=Text(
            what=(
                "A broken row in the memory of the card {card} ({device}) could not be replaced; it gets no "
                "work."
            ),
            why="The card has no spare rows left where they are needed, so films may come out wrong.",
            cure="Have the card replaced. “lectern workers clear NAME --reason TEXT” gives it work again.",
        ),
        zh=Text(
            what="显卡 {card}（{device}）显存中的损坏行无法替换，不再分配任务。",
            why="显卡在该处已没有备用行，制作的影片可能出错。",
            cure="请更换显卡。“lectern workers clear NAME --reason TEXT”可重新为其分配任务。",
        ),
    ),
    Message(
        code="card-memory-errors",
        level="error",
        en=Text(
            what="The card {card} ({device}) has met {errors} uncorrectable memory errors; it gets no work.",
            why="What was computed meanwhile may be wrong, and the next program on the card may fail.",
            cure=(
                "Drain the host's workers and reset the card (“nvidia-smi --gpu-reset -i {device}”) or boot "
                "the host again, then “lectern workers clear NAME --reason TEXT”. If it comes again, have "
                "the card replaced."
            ),
        ),
        zh=Text(
            what="显卡 {card}（{device}）出现了 {errors} 个无法纠正的显存错误，不再分配任务。",
            why="期间的计算结果可能有误，之后在该显卡上运行的程序也可能失败。",
            cure=(
                "请排空该主机的工作进程并重置显卡（“nvidia-smi --gpu-reset -i {device}”）或重启主机，然后运行"
                "“lectern workers clear NAME --reason TEXT”。若再次发生，请更换显卡。"
            ),
        ),
    ),
    Message(
        code="card-repair-pending",
        level="warning",
        en=Text(
            what="The card {card} ({device}) waits for a reset to take bad memory out of use.",
            why="Until then the bad places are not used, and it works on.",
            cure=(
                "Reset the card at the next quiet moment: “nvidia-smi --gpu-reset -i {device}”, or boot the "
                "host again."
            ),
        ),
        zh=Text(
            what="显卡 {card}（{device}）正等待重置，以停用损坏的显存。",
            why="在此之前损坏的位置不会被使用，显卡继续工作。",
            cure="请在下一个空闲时段重置显卡：“nvidia-smi --gpu-reset -i {device}”，或重启主机。",
        ),
    ),
    Message(
        code="card-xid",
        level="error",
        en=Text(
            what="The driver has reported Xid {xid} for the card {card} ({device}); it gets no work.",
            why=(
                "After this error the card has to be reset, or replaced; the driver's maker lists what each "
                "number means."
            ),
            cure=(
                "Read the kernel's log (dmesg) for details, reset the card or boot the host again, then "
                "“lectern workers clear NAME --reason TEXT”."
            ),
        ),
        zh=Text(
            what="驱动程序报告显卡 {card}（{device}）出现 Xid {xid}，不再分配任务。",
            why="出现该错误后必须重置或更换显卡；各编号的含义见驱动程序厂商的说明。",
            cure=(
                "请在内核日志（dmesg）中查看详情，重置显卡或重启主机，然后运行“lectern workers clear NAME "
                "--reason TEXT”。"
            ),
        ),
    ),
    Message(
        code="card-hot",
        level="error",
        en=Text(
            what=(
                "The card {card} ({device}) has {degrees} °C and slows down from {limit} °C on; it rests "
                "until it is cool."
            ),
            why="A card that is too hot computes slowly, and switches itself off in the end.",
            cure="Check fans, filters and the room's cooling. It gets work again by itself.",
        ),
        zh=Text(
            what=(
                "显卡 {card}（{device}）温度为 {degrees} °C，超过 {limit} °C 会自行降频；降温前暂停分配任务。"
            ),
            why="过热的显卡运算缓慢，最终会自行断电。",
            cure="请检查风扇、滤网和机房制冷。降温后会自动恢复分配任务。",
        ),
    ),
    Message(
        code="card-strangers",
        level="warning",
        en=Text(
            what=(
                "Programs that are not Lectern's hold {megabytes} MB of the card {card} ({device}): "
                "processes {processes}."
            ),
            why=(
                "What others hold is missing to the films: batches get smaller, or a model does not fit any "
                "more."
            ),
            cure="End those programs, or give them another card.",
        ),
        zh=Text(
            what="非 Lectern 的程序占用了显卡 {card}（{device}）的 {megabytes} MB 显存：进程 {processes}。",
            why="被占用的显存无法用于制作影片：批次会变小，或模型无法装入。",
            cure="请结束这些程序，或让它们使用其他显卡。",
        ),
    ),
    Message(
        code="card-sick",
        level="error",
        en=Text(
            what=(
                "The card {device} of {host} failed at {jobs} films of {owners} owners in a row; it gets no "
                "work."
            ),
            why=(
                "Films of different people fail alike only where the card, its driver or its host is to "
                "blame."
            ),
            cure=(
                "Look at “lectern dead list” for what failed and at the kernel's log (dmesg), reset the card "
                "or boot the host again, then “lectern workers clear NAME --reason TEXT”."
            ),
        ),
        zh=Text(
            what="主机 {host} 的显卡 {device} 连续在 {owners} 位用户的 {jobs} 部影片上失败，不再分配任务。",
            why="不同用户的影片以相同方式失败，只可能是显卡、驱动程序或主机的问题。",
            cure=(
                "请通过“lectern dead list”和内核日志（dmesg）查看失败原因，重置显卡或重启主机，然后运行"
                "“lectern workers clear NAME --reason TEXT”。"
            ),
        ),
    ),
    Message(
        code="worker-stuck",
        level="error",
        en=Text(
            what="{worker} was killed and does not end (processes {pids}); the card {card} gets no work.",
            why="It waits inside the kernel: for a card, or for a network drive, that does not answer.",
            cure=(
                "Its step goes on elsewhere. Look into the kernel's log (dmesg); see to the card or the "
                "drive, or boot the host again, then “lectern workers clear NAME --reason TEXT”."
            ),
        ),
        zh=Text(
            what="{worker} 已被强制结束但未能退出（进程 {pids}）；显卡 {card} 不再分配任务。",
            why="它停在内核中：所等待的显卡或网络存储没有响应。",
            cure=(
                "其步骤会在别处继续。请查看内核日志（dmesg），处理显卡或网络存储，或重启主机，然后运行"
                "“lectern workers clear NAME --reason TEXT”。"
            ),
        ),
    ),
)
