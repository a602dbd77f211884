"""Messages about what is posted to other programs over HTTP."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "post-address-wrong",
        (
            "A setting names an address that nothing can be posted to (host: {host}).",
            "It begins with https://, has a host, and holds neither spaces nor a name with a password.",
            "Correct it; the address itself is not shown, since there may be secrets in it.",
        ),
        (
            "某项设置中的地址无法用于发送（主机：{host}）。",
            "地址须以 https:// 开头，含主机名，不含空格，也不含用户名和密码。",
            "请修正该地址；地址中可能含有密钥，因此这里不显示原文。",
        ),
    ),
    message(
        "post-address-plain",
        (
            "The address at {host} is not encrypted: it begins with http://.",
            "What is posted tells of your films, and who listens on the way could change it.",
            "Use https://, or set allow_http = true in the same section if the network between is your own.",
        ),
        (
            "{host} 的地址未加密：以 http:// 开头。",
            "发送的内容涉及您的影片，途中窃听者还可能篡改。",
            "请改用 https://；如果中间网络完全由您掌控，可在同一节中设置 allow_http = true。",
        ),
    ),
    message(
        "post-away",
        (
            "{host} has not answered: {reason}.",
            "It is down or out of reach, takes too long, or shows a certificate that nobody here knows.",
            "Try it from here with `curl -v`; SSL_CERT_FILE names certificates of your own authority.",
        ),
        (
            "{host} 没有应答：{reason}。",
            "对方可能已停机、从本机无法到达、证书不受信任，或耗时过长。",
            "请在本机用 `curl -v` 检查；自有证书颁发机构可用 SSL_CERT_FILE 指定。",
        ),
    ),
)
