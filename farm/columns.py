"""Every column that a manifest may have, declared once: its meaning, its values, and what no value means.

Reading a manifest, its warnings about misspelt names and the tables of docs/manifest.md come from here. A new
column is one more entry of `COLUMNS`, and a name less in `RESERVED`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

from farm.brief_columns import BRIEF_COLUMNS
from farm.column import Column, ColumnKind, Phrase
from farm.face_columns import FACE_COLUMNS
from farm.speech_columns import SPEECH_COLUMNS

__all__ = [
    "COLUMNS",
    "RESERVED",
    "Column",
    "ColumnKind",
    "Phrase",
    "is_option_unknown",
    "known_options",
    "meant",
    "named",
]

#: How alike a name is to the one that was meant.
_LIKENESS = 0.7

COLUMNS: tuple[Column, ...] = (
    Column(
        name="id",
        kind=ColumnKind.PART,
        means=Phrase(
            en="your name for the row, in progress, results and retries",
            zh="您给该行起的名称，用于进度、结果和重试",
        ),
        values=Phrase(en="text, a different one in each row", zh="文本，各行不得相同"),
        empty=Phrase(en="the row's number", zh="行号"),
        also="编号 序号",
    ),
    Column(
        name="script",
        kind=ColumnKind.PART,
        means=Phrase(en="what is said", zh="要朗读的内容"),
        values=Phrase(
            en="text; `{{name}}` is filled from the column `name`, `[pause 1.5s]` is a pause",
            zh="文本；`{{name}}` 由 `name` 列填入，`[pause 1.5s]` 表示停顿",
        ),
        empty=Phrase(en="`script_file`", zh="`script_file`"),
        also="text words speech 脚本 文案 台词 文稿",
    ),
    Column(
        name="script_file",
        kind=ColumnKind.PART,
        means=Phrase(en="the same, in a text file of its own", zh="同上，写在单独的文本文件中"),
        values=Phrase(en="a file beside the manifest", zh="清单旁边的文件"),
        empty=Phrase(en="`script`", zh="`script`"),
        also="template text_file scriptfile 脚本文件 模板",
    ),
    *BRIEF_COLUMNS,
    Column(
        name="portrait",
        kind=ColumnKind.PART,
        means=Phrase(
            en="who speaks: a picture with one face, or with `wav2lip` a video of a person",
            zh="说话的人：有一张脸的图片；使用 `wav2lip` 时也可以是人物视频",
        ),
        values=Phrase(
            en="a file beside the manifest, or `profile:NAME` ([people.md](people.md))",
            zh="清单旁边的文件，或 `profile:名称`（[people.md](people.md)）",
        ),
        empty=Phrase(en="refused", zh="拒绝"),
        also="picture image photo face avatar video 肖像 图片 照片 头像 视频",
    ),
    Column(
        name="voice",
        kind=ColumnKind.FIELD,
        means=Phrase(en="the voice", zh="声音"),
        values=Phrase(
            en="a name that `lectern voices` lists, such as `en-us` or `cmn`, or `profile:NAME` "
            "([people.md](people.md))",
            zh="`lectern voices` 列出的名称，如 `en-us`、`cmn`，或 `profile:名称`（[people.md](people.md)）",
        ),
        empty=Phrase(en="one for the language", zh="按语言选择"),
        also="speaker 声音 音色 配音",
    ),
    Column(
        name="language",
        kind=ColumnKind.FIELD,
        means=Phrase(en="the script's main language", zh="脚本的主要语言"),
        values=Phrase(en="a tag such as `en` or `zh`", zh="语言标签，如 `en`、`zh`"),
        empty=Phrase(en="the script decides", zh="由脚本判断"),
        also="lang locale 语言",
    ),
    Column(
        name="speed",
        kind=ColumnKind.FIELD,
        means=Phrase(en="how fast the voice speaks", zh="语速"),
        values=Phrase(en="per cent of normal, 50 to 200", zh="正常语速的百分比，50 到 200"),
        empty=Phrase(en="100", zh="100"),
        also="rate pace 语速",
    ),
    Column(
        name="voice.pitch",
        kind=ColumnKind.OPTION,
        means=Phrase(en="how high the voice is", zh="音高"),
        values=Phrase(en="per cent of normal, 50 to 200", zh="正常音高的百分比，50 到 200"),
        empty=Phrase(en="100", zh="100"),
        also="pitch 音高 音调",
    ),
    Column(
        name="title",
        kind=ColumnKind.FIELD,
        means=Phrase(
            en="the film's title, for people and players",
            zh="影片标题，供人和播放器显示",
        ),
        values=Phrase(en="text", zh="文本"),
        empty=Phrase(en="the `id`", zh="`id`"),
        also="标题",
    ),
    Column(
        name="format",
        kind=ColumnKind.FIELD,
        means=Phrase(en="the film's picture", zh="画面尺寸"),
        values=Phrase(
            en="`wide` (16:9), `tall` (9:16) or `square` (1:1), each also with `-512`, `-720` or `-1080`; "
            "or `portrait`, the whole picture in its own size",
            zh="`wide`（16:9、横屏）、`tall`（9:16、竖屏）或 `square`（1:1、方形），"
            "可加 `-512`、`-720` 或 `-1080`；或 `portrait`（整图原尺寸）",
        ),
        empty=Phrase(en="the setting `[film] format`", zh="设置项 `[film] format`"),
        also="size aspect ratio resolution 画面 画面格式 格式 尺寸",
    ),
    Column(
        name="fps",
        kind=ColumnKind.FIELD,
        means=Phrase(en="the film's frame rate", zh="影片帧率"),
        values=Phrase(en="`24`, `25`, `30`, `50` or `60`", zh="`24`、`25`、`30`、`50` 或 `60`"),
        empty=Phrase(en="the setting `[film] fps`, 25", zh="设置项 `[film] fps`，25"),
        also="帧率",
    ),
    Column(
        name="quality",
        kind=ColumnKind.OPTION,
        means=Phrase(en="how finely the picture is encoded", zh="画面编码的精细程度"),
        values=Phrase(
            en="`draft` (quick and small, for a look), `standard` or `high` (for further editing)",
            zh="`draft`（快而小，用于预览）、`standard` 或 `high`（用于后期剪辑）",
        ),
        empty=Phrase(en="the setting `[film] quality`, `standard`", zh="设置项 `[film] quality`，`standard`"),
        also="画质 质量",
    ),
    Column(
        name="loudness",
        kind=ColumnKind.OPTION,
        means=Phrase(en="how loud the film is, in LUFS", zh="影片响度，以 LUFS 计"),
        values=Phrase(
            en="-23 (European broadcasting) to -14 (streaming)", zh="-23（欧洲广播）到 -14（流媒体）"
        ),
        empty=Phrase(en="the setting `[film] loudness_lufs`, -16", zh="设置项 `[film] loudness_lufs`，-16"),
        also="volume 响度 音量",
    ),
    Column(
        name="preview",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="a short moving picture of the film beside it, an animated WebP of at most 2 MB",
            zh="影片旁附带的短动图（不超过 2 MB 的 WebP）",
        ),
        values=Phrase(en="`yes` or `no`", zh="`yes` 或 `no`"),
        empty=Phrase(en="`no`", zh="`no`"),
        also="预览 预览动图",
    ),
    Column(
        name="background",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="what stands behind a portrait that is transparent, or does not fill the film",
            zh="透明肖像背后，或肖像未占满画面之处的背景",
        ),
        values=Phrase(
            en="a picture beside the manifest; a colour such as `#1f3a5f`; or `blur`",
            zh="清单旁边的图片；颜色，如 `#1f3a5f`；或 `blur`",
        ),
        empty=Phrase(
            en="`blur`: the portrait's own edges out of focus, a transparent portrait before light grey",
            zh="`blur`：用虚化的肖像边缘延伸，透明肖像则以浅灰为底",
        ),
        also="backdrop bg 背景",
    ),
    *FACE_COLUMNS,
    *SPEECH_COLUMNS,
    Column(
        name="captions.burn",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="whether captions are drawn into the pictures, for everyone to see",
            zh="是否把字幕画进画面，让所有人都能看到",
        ),
        values=Phrase(
            en="`yes` or `no`; the machine that submits needs fonts for the script's letters",
            zh="`yes` 或 `no`；提交任务的机器须有包含脚本字符的字体",
        ),
        empty=Phrase(en="`no`", zh="`no`"),
        also="captions subtitles burn 字幕 画面字幕",
    ),
    Column(
        name="captions.soft",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="whether captions lie in the film's own file, for players to show on request",
            zh="影片文件是否自带字幕轨，供播放器按需显示",
        ),
        values=Phrase(en="`yes` or `no`", zh="`yes` 或 `no`"),
        empty=Phrase(en="`yes`", zh="`yes`"),
        also="字幕轨 内嵌字幕",
    ),
    Column(
        name="label",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="which label says that the film was made by AI: to people in its first seconds, to machines "
            "in its metadata",
            zh="用哪种标识说明影片由 AI 生成：开头几秒显示给观众，元数据中供机器读取",
        ),
        values=Phrase(
            en="`both`; `cn` (AI生成) for China; `eu` (AI-generated) for the European Union; or `none`",
            zh="`both`；`cn`（AI生成，中国）；`eu`（AI-generated，欧盟）；或 `none`",
        ),
        empty=Phrase(en="`both`", zh="`both`"),
        also="标识 ai标识",
    ),
    Column(
        name="label.name",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="who answers for a film without a label; kept in the ledger and in the film's manifest",
            zh="不加标识时由谁负责；保存在账本和影片的清单文件中",
        ),
        values=Phrase(en="text", zh="文本"),
        empty=Phrase(en="refused if `label` is `none`", zh="`label` 为 `none` 时拒绝"),
        also="负责人",
    ),
    Column(
        name="label.reason",
        kind=ColumnKind.OPTION,
        means=Phrase(en="why it has none; likewise", zh="不加标识的理由；同上"),
        values=Phrase(en="text", zh="文本"),
        empty=Phrase(en="refused if `label` is `none`", zh="`label` 为 `none` 时拒绝"),
        also="理由",
    ),
    Column(
        name="user",
        kind=ColumnKind.FIELD,
        means=Phrase(
            en="who the film is for: part of its name `{date}/{user}_{timestamp}_{scene}.mp4` in the archive",
            zh="影片归属：归档文件名 `{date}/{user}_{timestamp}_{scene}.mp4` 的一部分",
        ),
        values=Phrase(en="text", zh="文本"),
        empty=Phrase(en="who submits", zh="提交者"),
        also="owner author 用户",
    ),
    Column(
        name="scene",
        kind=ColumnKind.FIELD,
        means=Phrase(en="likewise", zh="同上"),
        values=Phrase(en="text", zh="文本"),
        empty=Phrase(en="the `id`", zh="`id`"),
        also="场景",
    ),
    Column(
        name="urgency",
        kind=ColumnKind.FIELD,
        means=Phrase(en="what is made first", zh="先制作哪些"),
        values=Phrase(
            en="`urgent`, `normal` or `bulk`", zh="`urgent`、`normal` 或 `bulk`（紧急、普通或批量）"
        ),
        empty=Phrase(en="`normal`", zh="`normal`"),
        also="importance 紧急程度",
    ),
    Column(
        name="priority",
        kind=ColumnKind.FIELD,
        means=Phrase(
            en="its place among its department's films of one urgency; higher goes first",
            zh="在本部门同等紧急的影片中的先后；数字大的先进行",
        ),
        values=Phrase(en="-50 to 50, up to what the department may have", zh="-50 到 50，不超过部门的上限"),
        empty=Phrase(en="0", zh="0"),
        also="prio 优先级",
    ),
    Column(
        name="pool",
        kind=ColumnKind.FIELD,
        means=Phrase(en="whose workers render it", zh="由哪个池的工作进程渲染"),
        values=Phrase(
            en="a pool of workers (`[worker] pools`), or `any`: those that are kept for no pool",
            zh="工作进程的池（`[worker] pools`），或 `any`：不专属于任何池的工作进程",
        ),
        empty=Phrase(
            en="its department's pool, else `[film] pool`, else `any`",
            zh="其部门的池，否则 `[film] pool`，再否则 `any`",
        ),
        also="资源池",
    ),
    Column(
        name="department",
        kind=ColumnKind.FIELD,
        means=Phrase(en="who pays, the same in all rows", zh="由哪个部门承担，各行须相同"),
        values=Phrase(en="a department of the farm", zh="农场中的部门"),
        empty=Phrase(en="`default`", zh="`default`"),
        also="dept 部门",
    ),
    Column(
        name="project",
        kind=ColumnKind.FIELD,
        means=Phrase(
            en="what its cost is put down to besides its department (`lectern usage --by project`)",
            zh="除部门外，其成本还记入哪个项目（`lectern usage --by project`）",
        ),
        values=Phrase(en="text of at most 200 characters", zh="最多 200 个字符的文本"),
        empty=Phrase(en="nothing", zh="无"),
        also="campaign 项目",
    ),
    Column(
        name="off_peak",
        kind=ColumnKind.FIELD,
        means=Phrase(
            en="whether it is made in a window of time alone ([operations.md](operations.md))",
            zh="是否只在某个时段制作（[operations.md](operations.md)）",
        ),
        values=Phrase(
            en="`yes` (the department's window, or the only one), a window's name, or `no`",
            zh="`yes`（部门的时段，或唯一的时段）、时段名称，或 `no`",
        ),
        empty=Phrase(en="the department's window, if it has one", zh="部门的时段（如有）"),
        also="offpeak window night 时段 夜间",
    ),
    Column(
        name="deadline",
        kind=ColumnKind.FIELD,
        means=Phrase(
            en="when it is wanted: it is moved forward, within its window, when it would miss that",
            zh="何时需要：可能赶不上时，会在其时段内提前制作",
        ),
        values=Phrase(
            en="date and time, as `2026-11-27 07:00` by the farm's clock or `2026-11-27T07:00+08:00`; "
            "a date alone is its end",
            zh="日期和时间，如 `2026-11-27 07:00`（农场时区）或 `2026-11-27T07:00+08:00`；只写日期指当日结束",
        ),
        empty=Phrase(en="whenever", zh="不限"),
        also="due wanted 截止 截止时间 期限",
    ),
)

#: Names that mean something to come: nobody's variables may take them now.
RESERVED: frozenset[str] = frozenset(
    {
        "captions",
        "consent",
        "expression",
        "motion",
        "reference",
        "start_after",
    }
)


def named(kinds: Iterable[ColumnKind] = tuple(ColumnKind)) -> tuple[str, ...]:
    """The names of the columns of some kinds, in order."""
    wanted = frozenset(kinds)
    return tuple(column.name for column in COLUMNS if column.kind in wanted)


@lru_cache(maxsize=1024)
def is_option_unknown(name: str) -> bool:
    """Whether a name is written like an option's, or is part of one, and no option is called so."""
    options = named((ColumnKind.OPTION,))
    if name in options:
        return False
    return "." in name or (name in RESERVED and any(name in option.split(".")[1:] for option in options))


def known_options() -> str:
    """The names of all options, as messages list them."""
    return ", ".join(named((ColumnKind.OPTION,)))


def meant(name: str, candidates: Iterable[str], *, exact: bool = False) -> str:
    """The name that a person may have meant; empty when there is none.

    Args:
        name: what they wrote, in any form.
        candidates: what they may have meant.
        exact: pass over names that are only alike.
    """
    wanted = sorted(candidates)
    plain = name.casefold()
    if plain in wanted:
        return plain
    for column in COLUMNS:
        if column.name in wanted and plain in column.also.split():
            return column.name
    alike = [] if exact else difflib.get_close_matches(plain, wanted, n=1, cutoff=_LIKENESS)
    return alike[0] if alike else ""
