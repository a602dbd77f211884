"""Messages of the face room."""

from __future__ import annotations

from pipeline.plan.messages.lipsync import LIPSYNC_MESSAGES
from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="face-expression-unknown",
        level="error",
        en=Text(
            what="“{word}” is no expression.",
            why="face.expression says with which look a face speaks.",
            cure="Use one of these: {known}. An empty cell is neutral.",
        ),
        zh=Text(
            what="“{word}”不是有效的表情。",
            why="face.expression 指定说话时的表情。",
            cure="请使用以下之一：{known}。留空即为 neutral。",
        ),
    ),
    Message(
        code="face-motion-unknown",
        level="error",
        en=Text(
            what="“{word}” is no kind of motion.",
            why="face.motion says how much head, brows and eyes move while a face speaks.",
            cure="Use one of these: {known}. An empty cell is calm.",
        ),
        zh=Text(
            what="“{word}”不是有效的动作方式。",
            why="face.motion 指定说话时头部、眉毛和眼睛动作的多少。",
            cure="请使用以下之一：{known}。留空即为 calm。",
        ),
    ),
    Message(
        code="face-no-landmarks",
        level="error",
        en=Text(
            what="The face in the portrait was found, but not its features.",
            why="Eyes, lips and chin have to be known point by point before they can move.",
            cure="Install the eye extra (`lectern doctor` says how), or use a clearer, frontal portrait.",
        ),
        zh=Text(
            what="找到了肖像中的脸，但没有找到五官的位置。",
            why="眼睛、嘴唇和下巴要逐点定位之后才能动起来。",
            cure="请安装 eye 扩展（`lectern doctor` 会给出命令），或换一张更清晰的正面肖像。",
        ),
    ),
    Message(
        code="face-too-small",
        level="error",
        en=Text(
            what="The eyes are only {pixels} pixels apart in the film's picture; {needed} are needed.",
            why="On so small a face lips cannot be told from the skin around them.",
            cure="Use a portrait in which the face is larger, or a larger format.",
        ),
        zh=Text(
            what="影片画面中两眼相距只有 {pixels} 像素，至少需要 {needed} 像素。",
            why="脸太小时，无法区分嘴唇和周围的皮肤。",
            cure="请使用脸部更大的肖像，或选择更大的画面格式。",
        ),
    ),
    Message(
        code="face-outside-picture",
        level="error",
        en=Text(
            what="The mouth lies outside the picture.",
            why="A mouth that is cut off cannot be made to speak.",
            cure="Use a portrait that shows the whole face with some room around it.",
        ),
        zh=Text(
            what="嘴巴在画面之外。",
            why="被裁掉的嘴无法说话。",
            cure="请使用能看到整张脸、四周留有空白的肖像。",
        ),
    ),
    Message(
        code="face-cannot-move",
        level="error",
        en=Text(
            what="The lips of this face cannot be moved without tearing the picture.",
            why="Its features lie where no face has them: it is turned too far, or drawn in an unusual way.",
            cure="Use a frontal portrait with the mouth in plain sight.",
        ),
        zh=Text(
            what="移动这张脸的嘴唇会使画面撕裂。",
            why="五官的位置不像一张正常的脸：可能转头过多，或画法特殊。",
            cure="请使用嘴部清晰可见的正面肖像。",
        ),
    ),
    *LIPSYNC_MESSAGES,
)
