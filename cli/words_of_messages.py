"""Words about messages in the farm's queues that are none of its own."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, tuple[str, str]] = {
    "set-aside": ("SET ASIDE", "搁置时间"),
    "queue-head": ("QUEUE", "队列"),
    "stray-head": ("WHY", "原因"),
    "sender": ("SENDER", "发送方"),
    "bytes-head": ("BYTES", "字节"),
    "message-head": ("MESSAGE", "消息"),
    "stray-long": ("too long", "过长"),
    "stray-unreadable": ("no JSON", "不是 JSON"),
    "stray-shape": ("no Celery message", "不是 Celery 消息"),
    "stray-task": ("another program's task", "其他程序的任务"),
    "stray-serializer": ("not JSON inside", "内容不是 JSON"),
    "stray-body": ("no step number", "没有步骤编号"),
    "stray-timed": ("for another time", "定时消息"),
    "stray-key": ("no queue, moved to", "不是队列，已移至"),
    "stray-step": ("a step of another farm", "其他农场的步骤"),
    "stray-record": ("put here by others", "由其他程序写入"),
    "messages-none": (
        "Nothing but the farm's own messages lay in its queues.",
        "队列中只有本农场自己的消息。",
    ),
    "messages-number": (
        (
            "Set aside: {number:# message that is|# messages that are} none of the farm's own. The newest "
            "{shown}:"
        ),
        "已搁置 {number} 条不属于本农场的消息。最新 {shown} 条：",
    ),
    "messages-next": (
        (
            "The sender uses this farm's Redis: give it a Redis, or a database number, of its own. "
            "`lectern dead messages --clear` forgets these."
        ),
        (
            "发送方正在使用本农场的 Redis：请让它使用自己的 Redis 或数据库编号。"
            "`lectern dead messages --clear` 清除这些记录。"
        ),
    ),
    "messages-cleared": ("Forgotten: {number:# message|# messages}.", "已清除 {number} 条消息。"),
    "verb-backup": ("backed up", "备份"),
    "verb-clear-messages": ("forgot foreign messages", "清除外来消息"),
}
