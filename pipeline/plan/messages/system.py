"""What the operating system and SQLite say went wrong, in the language of whoever reads it.

Errors keep their words in English, as `os.strerror` gives them, so that they are stored and logged alike
everywhere; here are those that a person meets, in simplified Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.plan.errors import Fact

#: The fact of a message in which such words stand.
_REASON = "reason"

# As the GNU C library words the errors of POSIX.1-2017, errno.h, and Linux's own.
_IN_CHINESE: Mapping[str, str] = {
    # Names and kinds of files.
    "No such file or directory": "文件或文件夹不存在",
    "Not a directory": "路径中有一段不是文件夹",
    "Is a directory": "这是一个文件夹",
    "File exists": "文件已存在",
    "File name too long": "文件名过长",
    "Too many levels of symbolic links": "符号链接层数过多",
    "Directory not empty": "文件夹不为空",
    "Invalid argument": "参数无效",
    "Exec format error": "可执行文件格式错误",
    "Text file busy": "程序文件正在使用",
    # Who may do what.
    "Permission denied": "没有权限",
    "Operation not permitted": "不允许此操作",
    "Operation not supported": "不支持此操作",
    "Read-only file system": "文件系统为只读",
    # Room.
    "No space left on device": "磁盘空间不足",
    "Disk quota exceeded": "超出磁盘配额",
    "File too large": "文件过大",
    "Cannot allocate memory": "内存不足",
    "Too many open files": "打开的文件过多",
    "Too many open files in system": "系统打开的文件过多",
    # Disks and shares.
    "Input/output error": "读写错误",
    "Remote I/O error": "远程读写错误",
    "No such device": "设备不存在",
    "No such device or address": "设备或地址不存在",
    "Device or resource busy": "设备或资源正忙",
    "Stale file handle": "文件句柄已失效（共享文件夹可能已重新挂载）",
    "Transport endpoint is not connected": "与共享文件夹的连接已断开",
    "Invalid cross-device link": "不能跨文件系统链接",
    "Structure needs cleaning": "文件系统已损坏，需要修复",
    "Resource temporarily unavailable": "资源暂时不可用",
    "Interrupted system call": "系统调用被中断",
    # Networks.
    "Connection timed out": "连接超时",
    "Connection refused": "连接被拒绝",
    "Connection reset by peer": "连接被对方重置",
    "No route to host": "无法到达主机",
    "Host is down": "主机已关闭",
    "Network is unreachable": "网络不可达",
    "Broken pipe": "管道已断开",
    # SQLite's own.
    "unable to open database file": "无法打开数据库文件",
    "database is locked": "数据库正被占用",
    "disk I/O error": "磁盘读写错误",
    "database or disk is full": "数据库或磁盘已满",
    "attempt to write a readonly database": "数据库为只读",
}


def in_chinese(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The same facts, with the system's reason in simplified Chinese if it is one that is known."""
    reason = facts.get(_REASON)
    if not isinstance(reason, str):
        return dict(facts)
    return {**facts, _REASON: _IN_CHINESE.get(reason, reason)}
