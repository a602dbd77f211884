"""Messages about portraits that are films of a person."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

VIDEO_MESSAGES: tuple[Message, ...] = (
    Message(
        code="portrait-video-engine",
        level="error",
        en=Text(
            what="The face engine “{engine}” cannot make the video “{file}” talk.",
            why="This engine brings still pictures to life.",
            cure="Use an engine that takes videos ({able}), as in --face-engine or the column face.engine, "
            "or a still picture of the person.",
        ),
        zh=Text(
            what="人脸引擎“{engine}”不能驱动视频“{file}”。",
            why="该引擎只能驱动静态图片。",
            cure="请使用支持视频的引擎（{able}，可用 --face-engine 或 face.engine 列指定），"
            "或改用此人的静态图片。",
        ),
    ),
    Message(
        code="portrait-video-no-face",
        level="error",
        en=Text(
            what="No face can be seen anywhere in the video.",
            why="It was looked for several times a second, from the first frame to the last.",
            cure="Use a video of one person who looks into the camera, the face well lit and large enough.",
        ),
        zh=Text(
            what="整段视频中都看不到人脸。",
            why="从第一帧到最后一帧，每秒都查找了数次。",
            cure="请使用一个人面对镜头、光线良好、脸部足够大的视频。",
        ),
    ),
    Message(
        code="portrait-video-face-away",
        level="warning",
        en=Text(
            what="No face is seen in parts of the video ({times}).",
            why="The person turns away, is hidden, or leaves the picture. The mouth is drawn where it was "
            "last seen, which looks wrong there.",
            cure="Cut these parts off, or use another video; shorter is fine, since it is played forth and "
            "back.",
        ),
        zh=Text(
            what="视频的部分时段看不到人脸（{times}）。",
            why="人物转过头去、被遮挡或离开了画面。这些时段的嘴会画在最后看到的位置，效果不正常。",
            cure="请剪掉这些时段或换一段视频；短一些也没关系，视频会来回播放。",
        ),
    ),
    Message(
        code="portrait-video-option",
        level="warning",
        en=Text(
            what="{option} has no effect on a video.",
            why="The person looks and moves as in the video; the mouth alone is drawn.",
            cure="Leave it empty, or use a still picture.",
        ),
        zh=Text(
            what="{option} 对视频不起作用。",
            why="人物的神态和动作以视频为准，只绘制嘴部。",
            cure="请留空，或改用静态图片。",
        ),
    ),
    Message(
        code="portrait-video-damaged",
        level="error",
        en=Text(
            what="The video “{file}” is damaged, or is of a kind that cannot be read.",
            why="It breaks off, contradicts itself, or its pictures cannot be decoded.",
            cure="Copy or export it again; {kinds} are read, best as MP4 with H.264. An interrupted "
            "download is the usual cause.",
        ),
        zh=Text(
            what="视频“{file}”已损坏，或属于无法读取的类型。",
            why="文件中断、自相矛盾，或其画面无法解码。",
            cure="请重新复制或导出；支持 {kinds}，最好是 H.264 编码的 MP4。最常见的原因是下载中断。",
        ),
    ),
    Message(
        code="portrait-video-no-picture",
        level="error",
        en=Text(
            what="“{file}” has sound, but no moving picture.",
            why="A portrait is a picture or a video of a person; a recording or a cover is none.",
            cure="Give a picture or a video of the person who shall talk.",
        ),
        zh=Text(
            what="“{file}”只有声音，没有视频画面。",
            why="肖像须是人物的图片或视频；录音或封面图不是。",
            cure="请提供要说话的人物的图片或视频。",
        ),
    ),
    Message(
        code="portrait-video-too-short",
        level="error",
        en=Text(
            what="The video “{file}” is shorter than a second, or empty.",
            why="It is played forth and back, which looks like trembling when there is hardly anything to "
            "play.",
            cure="Use a video of several seconds, or a still picture.",
        ),
        zh=Text(
            what="视频“{file}”不足一秒，或是空的。",
            why="视频会来回播放；内容太短，看起来就像在抖动。",
            cure="请使用几秒以上的视频，或使用静态图片。",
        ),
    ),
    Message(
        code="portrait-video-too-long",
        level="error",
        en=Text(
            what="The video “{file}” is longer than {most} seconds.",
            why="Each sentence plays it forth and back from one moment, so little of a long one would be "
            "seen.",
            cure="Cut out its best half minute, or ask the operator to raise [limits] footage_seconds.",
        ),
        zh=Text(
            what="视频“{file}”超过 {most} 秒。",
            why="每句话都从同一时刻开始来回播放，视频再长也只会用到一小部分。",
            cure="请剪出最好的半分钟，或请管理员调高 [limits] footage_seconds。",
        ),
    ),
    Message(
        code="portrait-video-too-large",
        level="error",
        en=Text(
            what="The video “{file}” is larger than {most} MB.",
            why="A video of this size gains nothing and slows everyone's films.",
            cure="Cut or export it smaller, or ask the operator to raise [limits] footage_bytes.",
        ),
        zh=Text(
            what="视频“{file}”超过 {most} MB。",
            why="这么大的文件不会让画面更好，只会拖慢所有人的影片。",
            cure="请剪短或导出较小的视频，或请管理员调高 [limits] footage_bytes。",
        ),
    ),
    Message(
        code="portrait-video-too-many-pixels",
        level="error",
        en=Text(
            what="The pictures of the video “{file}” have more than {most} million pixels.",
            why="Films are full HD at most; decoding larger ones takes long and shows nothing more.",
            cure="Export it in full HD or 4K, or ask the operator to raise [limits] footage_pixels.",
        ),
        zh=Text(
            what="视频“{file}”的画面超过 {most} 百万像素。",
            why="影片最高为全高清；解码更大的画面很费时，也看不出差别。",
            cure="请导出为全高清或 4K，或请管理员调高 [limits] footage_pixels。",
        ),
    ),
)
