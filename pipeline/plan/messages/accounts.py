"""Messages about accounts: the times that they are over, and prices."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "period-month-wrong",
        (
            "“{month}” is no month.",
            "A month is its year and its number.",
            "Write it such as 2026-11.",
        ),
        ("“{month}”不是月份。", "月份由年份和月数组成。", "请写成 2026-11 这样的形式。"),
    ),
    message(
        "period-time-wrong",
        (
            "“{time}” is no time.",
            "A time is a date, a date with a time of day, today, yesterday or now.",
            'Write it such as 2026-11-20, "2026-11-20 22:30", 2026-11-20T22:30+08:00 or "yesterday 18:00".',
        ),
        (
            "“{time}”不是有效的时间。",
            "时间可以是日期、日期加时刻、today、yesterday 或 now。",
            '请写成 2026-11-20、"2026-11-20 22:30"、2026-11-20T22:30+08:00 或 "yesterday 18:00" 这样的形式。',
        ),
    ),
    message(
        "period-backwards",
        (
            "Nothing lies between {since} and {until}.",
            "A period ends after it begins; a date alone as its end means the end of that day.",
            "Exchange them, or correct one.",
        ),
        (
            "{since} 与 {until} 之间没有时间。",
            "结束必须晚于开始；结束只写日期时表示当天结束。",
            "请交换两者，或改正其中之一。",
        ),
    ),
    message(
        "period-both",
        (
            "--month was given together with --since or --until.",
            "A month is a whole period by itself.",
            "Leave one of them away.",
        ),
        ("--month 与 --since 或 --until 同时给出。", "月份本身就是完整的时间段。", "请去掉其中之一。"),
    ),
    message(
        "period-open",
        (
            "--until {until} was given without --since.",
            "A period has a beginning.",
            "Say with --since when it begins.",
        ),
        ("给出了 --until {until}，但没有 --since。", "时间段要有开始。", "请用 --since 说明何时开始。"),
    ),
    message(
        "report-nowhere",
        (
            "The report is to be sent, and no way is set.",
            "[report] names a webhook, a mail server or robots of chat groups.",
            "Set one, such as LECTERN_REPORT__WECOM_URL; `lectern report --html FILE` needs none.",
        ),
        (
            "要发送报告，但没有设置任何方式。",
            "[report] 中可设置 webhook、邮件服务器或群机器人。",
            "请设置其中之一，例如 LECTERN_REPORT__WECOM_URL；`lectern report --html FILE` 则无需设置。",
        ),
    ),
    message(
        "report-not-sent",
        (
            "The report was not sent by every way. {reasons} Sent by: {sent}.",
            "Each way is tried once, also when one before has failed.",
            "Nothing of it is lost: it is in {kept}, and `lectern report --send` makes and sends it again.",
        ),
        (
            "报告未能通过所有方式发送。{reasons} 已发送：{sent}。",
            "每种方式各尝试一次，前一种失败也不影响后面的。",
            "内容没有丢失：报告在 {kept}；`lectern report --send` 会重新生成并发送。",
        ),
    ),
    message(
        "report-refused",
        (
            "{host} has not taken the report: {reason}.",
            "Robots refuse a wrong signature, a message without their keyword, and too many of them.",
            "Compare address and secret with those that the robot shows, and the words that it insists on.",
        ),
        (
            "{host} 没有接受报告：{reason}。",
            "签名错误、缺少机器人要求的关键词或发送过于频繁时，机器人会拒绝。",
            "请核对地址、密钥以及机器人要求的关键词。",
        ),
    ),
    message(
        "mail-incomplete",
        (
            "Mail is to be sent, and [report] {knob} is empty or no address.",
            "Mail is from somebody and goes to somebody.",
            "Set it, such as farm@example.com; several receivers stand with commas between.",
        ),
        (
            "要发送邮件，但 [report] {knob} 为空或不是地址。",
            "邮件需要发件人和收件人。",
            "请设置，例如 farm@example.com；多个收件人用逗号分隔。",
        ),
    ),
    message(
        "mail-plain",
        (
            "[report] mail_tls is none, and {host} is another machine.",
            "Who listens on the way would read the report, and the password.",
            "Set it to starttls or tls.",
        ),
        (
            "[report] mail_tls 为 none，而 {host} 是另一台机器。",
            "途中的窃听者可以读到报告和密码。",
            "请设为 starttls 或 tls。",
        ),
    ),
    message(
        "mail-away",
        (
            "The mail server {host} cannot be used: {reason}.",
            "It is down or out of reach, too slow, without encryption, or its certificate is unknown here.",
            "Check [report] mail_host, mail_port and mail_tls.",
        ),
        (
            "邮件服务器 {host} 无法使用：{reason}。",
            "它可能已停机、无法到达、响应过慢、不支持加密，或证书不受信任。",
            "请检查 [report] mail_host、mail_port 和 mail_tls。",
        ),
    ),
    message(
        "mail-refused",
        (
            "The mail server {host} has refused: {status} {reason}",
            "It does not know the user or the password, or does not take mail from or to these addresses.",
            "Correct [report] mail_user, the password, mail_from or mail_to.",
        ),
        (
            "邮件服务器 {host} 拒绝：{status} {reason}",
            "用户或密码不对，或它不接受这些发件、收件地址。",
            "请修正 [report] mail_user、密码、mail_from 或 mail_to。",
        ),
    ),
    message(
        "accounts-by-unknown",
        (
            "There are no accounts by “{by}”; there are: {known}.",
            "An account has one line for each of these.",
            "Choose one of them.",
        ),
        ("没有按“{by}”分的账目；可用：{known}。", "账目按其中之一分行。", "请从中选择一个。"),
    ),
    message(
        "prices-wrong",
        (
            "[prices] {knob} holds “{value}”, which is no price.",
            "Prices are those of an hour, in plain numbers; cards stand by a part of their names.",
            'Correct it, such as cards = "H200 = 4.20, any = 1" and processor = "0.05".',
        ),
        (
            "[prices] {knob} 中的“{value}”不是价格。",
            "价格是每小时的金额，用普通数字书写；显卡用名称的一部分表示。",
            '请修正，例如 cards = "H200 = 4.20, any = 1"，processor = "0.05"。',
        ),
    ),
    message(
        "prices-twice",
        (
            "[prices] cards has two prices for “{card}”.",
            "Upper and lower case make no difference.",
            "Keep one of them.",
        ),
        ("[prices] cards 中“{card}”有两个价格。", "不区分大小写。", "请只保留一个。"),
    ),
)
