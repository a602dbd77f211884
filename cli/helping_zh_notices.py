"""The help of notices, in simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES: Mapping[str, str] = {
    "What other programs were told of films, and what is to be told them anew.": (
        "向其他程序发送的影片通知，以及需要重新发送的通知。"
    ),
    "List the latest notices, the newest first, and how they fared.": (
        "列出最近的通知（最新的在前）及其结果。"
    ),
    "Only those that were given up.": "仅限已放弃的通知。",
    "All that were given up.": "全部已放弃的通知。",
    "Show what is posted, and each try with its answer.": "显示发送的内容，以及每次尝试和对方的应答。",
    "The notice, as `lectern notices list` says.": "通知编号，见 `lectern notices list`。",
    "The notices, as `lectern notices list` says.": "通知编号，见 `lectern notices list`。",
    "Have notices sent anew by the dispatcher, under the ids that they had.": (
        "让调度器重新发送通知，沿用原来的 id。"
    ),
    "Whoever has taken one already knows it by its id.": "已接收过的一方可根据 id 识别。",
    "Send a signed notice that says nothing to each address, now, and show the answers.": (
        "立即向每个地址发送一条不含内容的签名通知，并显示应答。"
    ),
}
