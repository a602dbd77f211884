"""Messages of the portrait room: formats and files here, faces beside it."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text
from pipeline.plan.messages.portrait_face import FACE_MESSAGES
from pipeline.plan.messages.portrait_video import VIDEO_MESSAGES

MESSAGES: tuple[Message, ...] = (
    Message(
        code="portrait-format-unknown",
        level="error",
        en=Text(
            what="There is no format “{format}”.",
            why="A format is a shape, with its shorter side in pixels where another than 720 is wanted; "
            "portrait is the portrait's own size.",
            cure="Use one of these: {known} (16:9, 9:16 and 1:1 are understood too, also as a time of day).",
        ),
        zh=Text(
            what="没有“{format}”这种画面格式。",
            why="画面格式由形状和（需要 720 以外时的）短边像素数组成；portrait 表示肖像自身的形状和尺寸。",
            cure="请使用以下之一：{known}（也可写 16:9、9:16、1:1）。",
        ),
    ),
    Message(
        code="portrait-background-unknown",
        level="error",
        en=Text(
            what="There is no background “{background}”.",
            why="A background is the portrait's own edges out of focus, a colour, or a picture.",
            cure="Use blur, a picture's file such as office.jpg, or a colour in hexadecimal digits such as "
            "#1f3a5f.",
        ),
        zh=Text(
            what="没有“{background}”这种背景。",
            why="背景可以是肖像自身边缘的虚化、一种颜色或一张图片。",
            cure="请使用 blur、图片文件名（例如 office.jpg），或十六进制颜色（例如 #1f3a5f）。",
        ),
    ),
    Message(
        code="portrait-background-unseen",
        level="warning",
        en=Text(
            what="Nothing will be seen of the background.",
            why="The portrait fills the film, and no part of what is shown of it is transparent.",
            cure="Leave the background empty, or use a portrait whose own background was made transparent "
            "(PNG or WebP).",
        ),
        zh=Text(
            what="影片中不会看到所选的背景。",
            why="肖像填满了整个画面，且显示的部分没有透明之处。",
            cure="请不要填写背景，或使用已去除自身背景的透明肖像（PNG 或 WebP）。",
        ),
    ),
    Message(
        code="portrait-frame-rate-unknown",
        level="error",
        en=Text(
            what="“{fps}” is no frame rate that films can have.",
            why="Sound and picture meet exactly at these frame rates only.",
            cure="Use one of these: {known}.",
        ),
        zh=Text(
            what="“{fps}”不是可用的影片帧率。",
            why="只有在这些帧率下，声音与画面才能精确对齐。",
            cure="请使用以下之一：{known}。",
        ),
    ),
    Message(
        code="portrait-file-missing",
        level="error",
        en=Text(
            what="The portrait “{file}” cannot be read.",
            why="There is no such file, it is a folder, or it may not be opened.",
            cure="Check the name and the file's permissions; a path counts from the manifest's folder.",
        ),
        zh=Text(
            what="无法读取肖像文件“{file}”。",
            why="文件不存在、是一个文件夹，或没有读取权限。",
            cure="请检查文件名和权限；路径相对于清单所在的文件夹。",
        ),
    ),
    Message(
        code="portrait-file-too-large",
        level="error",
        en=Text(
            what="The portrait “{file}” is larger than {most} MB.",
            why="A portrait of this size gains nothing and slows everyone's films.",
            cure="Save it as a JPEG, or ask the operator to raise [limits] portrait_bytes.",
        ),
        zh=Text(
            what="肖像文件“{file}”超过 {most} MB。",
            why="这么大的文件不会让画面更好，只会拖慢所有人的影片。",
            cure="请另存为 JPEG，或请管理员调高 [limits] portrait_bytes。",
        ),
    ),
    Message(
        code="portrait-no-picture",
        level="error",
        en=Text(
            what="“{file}” is no picture that can be read.",
            why="The file's content is none of the known kinds of picture, whatever its name says.",
            cure="Save the picture as one of these: {kinds}.",
        ),
        zh=Text(
            what="“{file}”不是可以读取的图片。",
            why="无论文件名如何，其内容不属于任何受支持的图片类型。",
            cure="请将图片另存为以下类型之一：{kinds}。",
        ),
    ),
    Message(
        code="portrait-too-many-pixels",
        level="error",
        en=Text(
            what="The picture has more than {most} million pixels.",
            why="A small file can claim to be a gigantic picture and bring a machine down; so its size is "
            "checked before it is opened.",
            cure="Make the picture smaller, or ask the operator to raise [limits] portrait_pixels.",
        ),
        zh=Text(
            what="图片超过 {most}00 万像素。",
            why="很小的文件可能声称自己是巨幅图片而拖垮机器，因此打开前会先检查尺寸。",
            cure="请缩小图片，或请管理员调高 [limits] portrait_pixels。",
        ),
    ),
    Message(
        code="portrait-eye-after-fork",
        level="error",
        en=Text(
            what="The face mesh was used before this process was started from another one.",
            why="MediaPipe cannot be used in a process that was forked from one that had used it.",
            cure="This is a defect of Lectern; please report it, with the log.",
        ),
        zh=Text(
            what="面部网格在本进程由其他进程派生之前已被使用过。",
            why="若父进程已使用 MediaPipe，由它派生的子进程便不能再使用。",
            cure="这是 Lectern 的缺陷，请附上日志反馈。",
        ),
    ),
    Message(
        code="portrait-animated",
        level="warning",
        en=Text(
            what="The picture has several frames or pages; the first one is used.",
            why="A film is made of one still picture, and most often the first one is meant.",
            cure="If it is another one, save that as a picture of its own.",
        ),
        zh=Text(
            what="图片文件包含多帧或多页；将使用第一张。",
            why="影片由一张静止的图片制作而成，通常要用的就是第一张。",
            cure="如需使用其他的一张，请把它单独保存为图片。",
        ),
    ),
    Message(
        code="portrait-depth-unknown",
        level="error",
        en=Text(
            what="The picture stores its colours in a way that cannot be shown ({mode}).",
            why="Grey, colour, CMYK and 16-bit pictures are read; measurements and floating-point pictures "
            "have no colours of their own.",
            cure="Save the picture as an ordinary 8-bit colour picture, such as a JPEG or PNG.",
        ),
        zh=Text(
            what="图片的颜色存储方式（{mode}）无法显示。",
            why="可以读取灰度、彩色、CMYK 和 16 位图片；测量数据或浮点图片没有确定的颜色。",
            cure="请另存为普通的 8 位彩色图片，如 JPEG 或 PNG。",
        ),
    ),
    Message(
        code="portrait-damaged",
        level="error",
        en=Text(
            what="The picture “{file}” is damaged or incomplete.",
            why="The file begins like a picture, but breaks off or contradicts itself.",
            cure="Copy or export the picture again; an interrupted download is the usual cause.",
        ),
        zh=Text(
            what="图片“{file}”已损坏或不完整。",
            why="文件开头是图片，但内容中断或自相矛盾。",
            cure="请重新复制或导出图片；最常见的原因是下载中断。",
        ),
    ),
    *FACE_MESSAGES,
    *VIDEO_MESSAGES,
)
