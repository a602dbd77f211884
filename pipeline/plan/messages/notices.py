"""Messages about notices: news that are posted to other programs."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "notice-secrets-differ",
        (
            "[notices] url has {addresses} addresses, and secret has secrets for {secrets} of them.",
            "Commas stand between the secrets of several addresses, in their order.",
            "Give one secret for all of them, or one for each with commas between.",
        ),
        (
            "[notices] url 有 {addresses} 个地址，而 secret 给出了 {secrets} 组密钥。",
            "多个地址的密钥按地址顺序排列，以逗号分隔。",
            "请给所有地址一个共同的密钥，或为每个地址各给一个并以逗号分隔。",
        ),
    ),
    message(
        "notice-secret-short",
        (
            "[notices] secret or [report] webhook_secret is missing, or shorter than {least} signs.",
            "Without one, nobody could tell your notices from anybody else's.",
            "Set it, such as to what `openssl rand -hex 32` prints, and give it to the program that listens.",
        ),
        (
            "[notices] secret 或 [report] webhook_secret 未设置，或不足 {least} 个字符。",
            "没有密钥，接收方就无法辨别通知是否真的来自您。",
            "请设置它（例如用 `openssl rand -hex 32` 生成），并把同一个值交给接收程序。",
        ),
    ),
    message(
        "notice-event-unknown",
        (
            "[notices] events names {event}, which there is not; there are: {known}.",
            "Each event stands there by its name, with spaces between.",
            "Correct it.",
        ),
        (
            "[notices] events 中的 {event} 不存在；可用：{known}。",
            "各事件写名称，用空格分隔。",
            "请修正。",
        ),
    ),
    message(
        "notice-nowhere",
        (
            "No address is set that notices are posted to.",
            "Notices are sent only where [notices] url says so.",
            "Set url and secret in [notices]; docs/notices.md shows both sides.",
        ),
        (
            "没有设置通知的发送地址。",
            "只有在 [notices] url 中设置了地址才会发送通知。",
            "请在 [notices] 中设置 url 和 secret；docs/notices.md 说明了收发两方的做法。",
        ),
    ),
    message(
        "notice-unknown",
        (
            "There is no notice {number}.",
            "Notices are remembered for 30 days after they were told or given up.",
            "See `lectern notices list`.",
        ),
        (
            "没有编号为 {number} 的通知。",
            "通知在送达或放弃后保留 30 天。",
            "请查看 `lectern notices list`。",
        ),
    ),
)
