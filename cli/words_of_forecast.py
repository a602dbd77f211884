"""The words of a forecast: what a batch will be, cost and need, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
FORECAST: Mapping[str, tuple[str, str]] = {
    "forecast-known": (
        "This content is batch {batch} already; nothing new would be queued (see --again).",
        "此内容已是批次 {batch}；不会加入新任务（见 --again）。",
    ),
    "more-rows": ("and {number} more rows; --json lists all of them", "还有 {number} 行；--json 会列出全部"),
    "forecast-films": ("Films", "影片"),
    "forecast-length": ("{films}, together about {span} long", "{films} 部，总长约 {span}"),
    "length-guessed": ("(estimated from their scripts)", "（根据脚本估算）"),
    "length-learnt": (
        "(estimated from the last {films:film|# films} in these languages)",
        "（根据最近 {films} 部同语言影片估算）",
    ),
    "forecast-unwritten": (
        "(scripts that are yet to be written: {number}; as long as their briefs ask for)",
        "（尚待撰写的脚本：{number}；按撰稿要求的时长计算）",
    ),
    "looked-at": (
        "(the figures below rest on {films} of them, spread over the batch)",
        "（下列数字根据其中均匀选取的 {films} 部推算）",
    ),
    "forecast-work": ("To be made", "需制作"),
    "forecast-clips": ("{clips:# clip|# clips}, about {span} long", "{clips} 个片段，长约 {span}"),
    "forecast-shared": (
        "{shared} are the same as others of this batch, {there} were made before",
        "{shared} 个与本批次中其他片段相同，{there} 个此前已制作",
    ),
    "forecast-spoken": (
        "sentences spoken before: {there} of {all}",
        "此前已朗读的句子：{there} / {all}",
    ),
    "forecast-machine": ("CPU time", "CPU 时间"),
    "per-frame": ("{what}: {ms} ms a frame, {basis}", "{what}：每帧 {ms} 毫秒，{basis}"),
    "basis-measured": ("measured here", "本农场实测"),
    "basis-scaled": ("scaled from other sizes measured here", "由本农场其他尺寸的实测值换算"),
    "basis-rule": (
        "a rule of thumb: nothing was measured here yet",
        "经验值：本农场尚无实测数据",
    ),
    "basis-of": ("{basis} on {device}, attempts: {attempts}", "{basis}，设备 {device}，{attempts} 次"),
    "forecast-store": ("Store", "存储"),
    "forecast-archive": ("Archive", "归档"),
    "room": ("needs about {needed}; {free} free in {place}", "约需 {needed}；{place} 可用 {free}"),
    "room-away": ("needs about {needed}; {place} cannot be reached", "约需 {needed}；无法访问 {place}"),
    "room-shared": (" (on the same disk)", "（与存储在同一磁盘）"),
    "room-measured": (" (by films made here)", "（根据本农场已制作的影片）"),
    "room-scaled": (" (by films of other sizes made here)", "（根据本农场其他尺寸的影片换算）"),
    "room-rule": (" (by a rule of thumb)", "（根据经验值）"),
    "forecast-finish": ("Finish", "完成"),
    "finish": (
        "about {moment}, with the workers that are there ({workers})",
        "约 {moment}，由现有的 {workers} 个工作进程完成",
    ),
    "finish-after": (
        "about {moment}, with the workers that are there ({workers}); others' work before its end: {ahead}",
        "约 {moment}，由现有的 {workers} 个工作进程完成，其间先做其他工作约 {ahead}",
    ),
    "finish-unknown": (
        "nobody knows: no worker is there (one alone would take about {span})",
        "无法预计：没有工作进程（一个工作进程约需 {span}）",
    ),
}
