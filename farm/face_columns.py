"""The columns that say how a face is drawn, and by whom."""

from __future__ import annotations

from farm.column import Column, ColumnKind, Phrase

FACE_COLUMNS: tuple[Column, ...] = (
    Column(
        name="face.box",
        kind=ColumnKind.OPTION,
        means=Phrase(en="which face talks, when there are several", zh="有多张脸时，由哪张脸说话"),
        values=Phrase(en="`x,y,width,height` in pixels", zh="`x,y,宽,高`，以像素计"),
        empty=Phrase(en="the only one", zh="唯一的脸"),
    ),
    Column(
        name="face.engine",
        kind=ColumnKind.OPTION,
        means=Phrase(en="who draws the face", zh="由哪个引擎绘制人脸"),
        values=Phrase(
            en="an engine that `lectern engines` lists: `warp`, or `wav2lip` with a model that you bring",
            zh="`lectern engines` 列出的引擎：`warp`，或使用自备模型的 `wav2lip`",
        ),
        empty=Phrase(en="the setting `[face] engine`, `warp`", zh="设置项 `[face] engine`，`warp`"),
        also="face_engine engine faceengine 引擎 人脸引擎",
    ),
    Column(
        name="face.model",
        kind=ColumnKind.OPTION,
        means=Phrase(en="with which model `wav2lip` draws", zh="`wav2lip` 使用的模型"),
        values=Phrase(en="a name that `lectern models list` shows", zh="`lectern models list` 列出的名称"),
        empty=Phrase(
            en="the setting `[face] model`, else the only one there is",
            zh="设置项 `[face] model`，否则为唯一的模型",
        ),
        also="face_model model checkpoint weights 模型",
    ),
    Column(
        name="face.mode",
        kind=ColumnKind.OPTION,
        means=Phrase(en="how `wav2lip` draws", zh="`wav2lip` 的绘制方式"),
        values=Phrase(
            en="`fast` (the mouth alone, blended in; the portrait is alive) or `exact` (as the original "
            "program draws: the whole face, without motion)",
            zh="`fast`（仅绘制嘴部并融合，肖像保持生动）或 `exact`（与原版程序一致：整张脸，无动作）",
        ),
        empty=Phrase(en="`fast`", zh="`fast`"),
        also="face_mode mode 模式",
    ),
    Column(
        name="face.mel_offset_frames",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="by how many frames the lips of `wav2lip` run ahead of the sound",
            zh="`wav2lip` 的嘴唇比声音提前多少帧",
        ),
        values=Phrase(en="-5 to 5; below 0 they come later", zh="-5 到 5；负数表示推迟"),
        empty=Phrase(en="0", zh="0"),
        also="mel_offset_frames mel_offset offset sync 偏移",
    ),
    Column(
        name="face.pads",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="how far the box of the face that `wav2lip` sees is widened: above, below, left, right",
            zh="`wav2lip` 所见人脸框向上、下、左、右扩大的幅度",
        ),
        values=Phrase(
            en="four numbers, in per cent of the box's height and width, -30 to 100",
            zh="四个数字，为框高和框宽的百分比，-30 到 100",
        ),
        empty=Phrase(en="`0,5,0,0`", zh="`0,5,0,0`"),
        also="pads padding 边距",
    ),
    Column(
        name="face.crop",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="the part of the portrait that `wav2lip` sees, instead of the face that was found",
            zh="`wav2lip` 所见的肖像区域，代替检测到的人脸",
        ),
        values=Phrase(en="`x,y,width,height` in pixels of the portrait", zh="`x,y,宽,高`，以肖像的像素计"),
        empty=Phrase(en="the face that was found", zh="检测到的人脸"),
        also="crop 裁剪",
    ),
    Column(
        name="face.restore",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="which model sharpens the face that `wav2lip` drew; slow",
            zh="用哪个模型修复 `wav2lip` 绘制的脸；较慢",
        ),
        values=Phrase(
            en="a name that `lectern models list` shows; `none`",
            zh="`lectern models list` 列出的名称；`none`",
        ),
        empty=Phrase(en="`none`", zh="`none`"),
        also="restore restoration gfpgan codeformer 修复 人脸修复",
    ),
    Column(
        name="face.expression",
        kind=ColumnKind.OPTION,
        means=Phrase(en="the look on the face", zh="面部表情"),
        values=Phrase(
            en="`neutral` or `friendly`, a light smile (with `wav2lip` about the eyes alone)",
            zh="`neutral`，或 `friendly`（微笑；使用 `wav2lip` 时仅限眼部）",
        ),
        empty=Phrase(en="`neutral`", zh="`neutral`"),
        also="表情",
    ),
    Column(
        name="face.motion",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="how much head, brows and eyes move; before a pattern the head sways less",
            zh="头、眉、眼的动作幅度；背景有图案时头部摆动较小",
        ),
        values=Phrase(
            en="`none` (lips and lids alone), `calm` or `lively`",
            zh="`none`（仅嘴唇和眼睑）、`calm` 或 `lively`",
        ),
        empty=Phrase(en="`calm`", zh="`calm`"),
        also="动作",
    ),
)
