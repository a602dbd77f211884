"""Messages of the portrait room about the face in the picture."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

FACE_MESSAGES: tuple[Message, ...] = (
    Message(
        code="portrait-no-face",
        level="error",
        en=Text(
            what="No face was found in the portrait.",
            why="A film needs a face that looks towards the camera, of a person or a figure with human "
            "features.",
            cure="Use a picture in which a face is clearly seen from the front.",
        ),
        zh=Text(
            what="肖像中没有找到人脸。",
            why="影片需要一张朝向镜头的脸，可以是真人或具有人脸特征的形象。",
            cure="请使用能从正面清楚看到脸的图片。",
        ),
    ),
    Message(
        code="portrait-several-faces",
        level="error",
        en=Text(
            what="The portrait shows {count} faces, and none clearly stands out.",
            why="Only one face can talk, and nobody can know which is meant.",
            cure="Crop the picture to one person, or name the face in the column face.box, or with "
            "--face-box of `lectern render`: {boxes}.",
        ),
        zh=Text(
            what="肖像中有 {count} 张脸，且没有一张明显突出。",
            why="只有一张脸能说话，无法判断是哪一张。",
            cure="请把图片裁剪到一个人，或在 face.box 列中指定（`lectern render` 用 --face-box）：{boxes}。",
        ),
    ),
    Message(
        code="portrait-faces-behind",
        level="warning",
        en=Text(
            what="The portrait shows {count} faces; the largest one talks.",
            why="The others are at most half as large, so they were taken for background.",
            cure="If another face is meant, name it in the column face.box, or with --face-box of "
            "`lectern render`: {boxes}.",
        ),
        zh=Text(
            what="肖像中有 {count} 张脸；将由最大的一张说话。",
            why="其余的脸不到它的一半大，因此视为背景。",
            cure="如需使用其他脸，请在 face.box 列中指定（`lectern render` 用 --face-box）：{boxes}。",
        ),
    ),
    Message(
        code="portrait-box-without-face",
        level="error",
        en=Text(
            what="There is no face in the box {box}.",
            why="face.box names a place in the upright picture, in pixels, where no face was found.",
            cure="Use one of these boxes (x,y,width,height), or name none: {boxes}.",
        ),
        zh=Text(
            what="区域 {box} 中没有人脸。",
            why="face.box 以像素给出摆正后图片中的位置，而那里没有找到脸。",
            cure="请使用以下区域之一（x,y,宽,高），或不指定：{boxes}。",
        ),
    ),
    Message(
        code="portrait-face-cut",
        level="error",
        en=Text(
            what="{share} per cent of the face lie beyond the picture's edge.",
            why="A face that is cut off cannot move: what is missing would have to be invented.",
            cure="Use a picture that shows the whole face, best with some room around it.",
        ),
        zh=Text(
            what="脸部有 {share}% 超出了图片边缘。",
            why="被截断的脸无法活动：缺少的部分只能凭空捏造。",
            cure="请使用能看到整张脸的图片，周围最好留有空间。",
        ),
    ),
    Message(
        code="portrait-face-at-edge",
        level="warning",
        en=Text(
            what="The face touches the picture's edge.",
            why="The head moves a little while it talks, and there is no picture beyond the edge.",
            cure="A picture with some room around the head gives a better film.",
        ),
        zh=Text(
            what="脸部紧贴图片边缘。",
            why="说话时头部会轻微活动，而边缘之外没有画面。",
            cure="头部周围留有空间的图片效果更好。",
        ),
    ),
    Message(
        code="portrait-face-too-small",
        level="error",
        en=Text(
            what="The face is {width} pixels wide; at least {least} are needed.",
            why="Below that, lips and eyes are too few pixels to be moved.",
            cure="Use a larger picture, or one taken from nearer; enlarging this one does not help.",
        ),
        zh=Text(
            what="脸部只有 {width} 像素宽，至少需要 {least}。",
            why="再小的话，嘴唇和眼睛的像素太少，无法活动。",
            cure="请使用更大的图片或近距离拍摄的图片；放大这一张没有帮助。",
        ),
    ),
    Message(
        code="portrait-face-small",
        level="warning",
        en=Text(
            what="The face is only {width} pixels wide.",
            why="Under 90 pixels, the mouth looks soft in the film.",
            cure="A larger picture, or one taken from nearer, gives a sharper film.",
        ),
        zh=Text(
            what="脸部只有 {width} 像素宽。",
            why="不足 90 像素时，影片中的嘴部会显得模糊。",
            cure="使用更大或更近的图片，影片会更清晰。",
        ),
    ),
    Message(
        code="portrait-face-enlarged",
        level="warning",
        en=Text(
            what="The format enlarges the face, {width} pixels wide, {times} times.",
            why="Enlarged more than three times, a face looks soft.",
            cure="Use a smaller format, or a larger picture.",
        ),
        zh=Text(
            what="该画面格式会把宽 {width} 像素的脸放大 {times} 倍。",
            why="放大三倍以上，脸部会显得模糊。",
            cure="请使用更小的画面格式，或更大的图片。",
        ),
    ),
    Message(
        code="portrait-picture-small",
        level="warning",
        en=Text(
            what="The picture is only {width} x {height} pixels.",
            why="A portrait of at least 512 x 512 pixels gives a sharp film.",
            cure="Use the original picture if this one was made smaller.",
        ),
        zh=Text(
            what="图片只有 {width} x {height} 像素。",
            why="至少 512 x 512 像素的肖像才能得到清晰的影片。",
            cure="如果这张图片是缩小过的，请使用原图。",
        ),
    ),
    Message(
        code="portrait-face-lost",
        level="error",
        en=Text(
            what="The face would be {width} pixels wide in the film; at least {least} are needed.",
            why="The film shows the whole portrait, and the face is a small part of it.",
            cure="Use a format that shows head and shoulders, such as square, or crop the picture.",
        ),
        zh=Text(
            what="影片中的脸只有 {width} 像素宽，至少需要 {least}。",
            why="影片会显示整张肖像，而脸只占其中一小部分。",
            cure="请使用只显示头肩的画面格式（如 square、wide 或 tall），或裁剪图片。",
        ),
    ),
    Message(
        code="portrait-film-unfilled",
        level="warning",
        en=Text(
            what="The picture fills {share} per cent of the film; the rest is background.",
            why="Cut to the film's shape, the picture would lose hair or chin.",
            cure="Use a format of the picture's own shape (portrait, square or tall), or a picture with more "
            "room around the head.",
        ),
        zh=Text(
            what="图片只填满影片画面的 {share}%，其余是背景。",
            why="若按影片形状裁剪，会切掉头发或下巴。",
            cure="请使用与图片形状相近的画面格式（portrait、square 或 tall），或头部周围空间更大的图片。",
        ),
    ),
    Message(
        code="portrait-not-examined",
        level="warning",
        en=Text(
            what="The portrait was not examined closely.",
            why="Without the face mesh, only the face's place and size are known: not whether it is turned, "
            "blurred, in shadow or covered.",
            cure="Install the face mesh; lectern doctor says how.",
        ),
        zh=Text(
            what="未能仔细检查肖像。",
            why="没有面部网格引擎时，只知道脸的位置和大小，无法判断是否侧脸、模糊、有阴影或被遮挡。",
            cure="请安装面部网格引擎；lectern doctor 会说明方法。",
        ),
    ),
    Message(
        code="portrait-turned-away",
        level="error",
        en=Text(
            what="The face is turned {degrees} degrees to the side.",
            why="Beyond 35 degrees, half of the mouth is out of sight.",
            cure="Use a picture in which the person looks towards the camera.",
        ),
        zh=Text(
            what="脸部向侧面转了 {degrees} 度。",
            why="超过 35 度时，半个嘴部都看不到。",
            cure="请使用面向镜头的图片。",
        ),
    ),
    Message(
        code="portrait-turned",
        level="warning",
        en=Text(
            what="The face is turned {degrees} degrees to the side.",
            why="Up to 15 degrees a mouth moves naturally; beyond, its far half is partly guessed.",
            cure="A picture from the front gives a better film.",
        ),
        zh=Text(
            what="脸部向侧面转了 {degrees} 度。",
            why="15 度以内嘴部动作自然；超过后，较远的一侧部分要靠推测。",
            cure="正面图片的效果更好。",
        ),
    ),
    Message(
        code="portrait-lying",
        level="error",
        en=Text(
            what="The face leans by {degrees} degrees: the picture does not stand upright.",
            why="Films show people upright.",
            cure="Turn the picture upright and save it.",
        ),
        zh=Text(
            what="脸部倾斜了 {degrees} 度：图片没有摆正。",
            why="影片中的人物是直立的。",
            cure="请把图片旋转摆正后保存。",
        ),
    ),
    Message(
        code="portrait-leaning",
        level="warning",
        en=Text(
            what="The head leans by {degrees} degrees.",
            why="The film keeps the lean of the picture.",
            cure="Turn the picture a little if that is not wanted.",
        ),
        zh=Text(
            what="头部倾斜了 {degrees} 度。",
            why="影片会保留图片中的倾斜。",
            cure="如果不希望如此，请稍微旋转图片。",
        ),
    ),
    Message(
        code="portrait-mouth-at-outline",
        level="warning",
        en=Text(
            what="The mouth reaches the outline of the face.",
            why="Where the mouth moves, the background behind the face would move with it.",
            cure="A picture from the front leaves cheek on both sides of the mouth.",
        ),
        zh=Text(
            what="嘴部紧邻脸部轮廓。",
            why="嘴部活动时，脸后的背景会跟着移动。",
            cure="正面图片的嘴部两侧都有脸颊，效果更好。",
        ),
    ),
    Message(
        code="portrait-blurred",
        level="error",
        en=Text(
            what="The face is too blurred to be used.",
            why="Lips and eyelids cannot be told from the skin around them.",
            cure="Use a sharp picture; a sharpening filter does not bring back what is lost.",
        ),
        zh=Text(
            what="脸部过于模糊，无法使用。",
            why="嘴唇和眼皮与周围皮肤无法区分。",
            cure="请使用清晰的图片；锐化滤镜无法恢复丢失的细节。",
        ),
    ),
    Message(
        code="portrait-soft",
        level="warning",
        en=Text(
            what="The face is not sharp.",
            why="The film shows what the picture shows; a mouth without clear lips moves less clearly.",
            cure="A sharper picture gives a better film.",
        ),
        zh=Text(
            what="脸部不够清晰。",
            why="影片呈现的就是图片的内容；嘴唇不清晰，口型也不清晰。",
            cure="更清晰的图片效果更好。",
        ),
    ),
    Message(
        code="portrait-mouth-covered",
        level="warning",
        en=Text(
            what="Something seems to be before the mouth ({share} per cent of it).",
            why="A hand, a microphone or a mask before the mouth would move as if it were lips.",
            cure="Use a picture with a free mouth; if it is free, as in some paintings, ignore this.",
        ),
        zh=Text(
            what="嘴前似乎有东西遮挡（约 {share}%）。",
            why="挡在嘴前的手、话筒或口罩会像嘴唇一样被移动。",
            cure="请使用嘴部无遮挡的图片；如果确实没有遮挡（例如某些画作），可忽略此提示。",
        ),
    ),
    Message(
        code="portrait-shadowed",
        level="warning",
        en=Text(
            what="One half of the face is {share} per cent darker than the other.",
            why="A hard shadow stays where it is while the face moves, and hides half of the mouth.",
            cure="A picture in soft light gives a better film.",
        ),
        zh=Text(
            what="半边脸比另一边暗 {share}%。",
            why="脸部活动时，生硬的阴影停在原处，并会遮住半边嘴。",
            cure="光线柔和的图片效果更好。",
        ),
    ),
    Message(
        code="portrait-eyes-closed",
        level="warning",
        en=Text(
            what="The eyes are closed, or almost.",
            why="The engine moves what the picture shows: eyes that are closed in it stay closed.",
            cure="Use a picture with open eyes; if they are open, as in some drawings, ignore this.",
        ),
        zh=Text(
            what="眼睛闭着或几乎闭着。",
            why="引擎只能活动图片中已有的内容：图片中闭着的眼睛会一直闭着。",
            cure="请使用睁眼的图片；如果确实睁着（例如某些画作），可忽略此提示。",
        ),
    ),
    Message(
        code="portrait-dark",
        level="warning",
        en=Text(
            what="The face is very dark.",
            why="Little can be told of lips and eyes in such light, and the film shows it as it is.",
            cure="A picture in better light gives a better film.",
        ),
        zh=Text(
            what="脸部很暗。",
            why="这样的光线下很难看清嘴唇和眼睛，影片会保持原样。",
            cure="光线更好的图片效果更好。",
        ),
    ),
    Message(
        code="portrait-too-dark",
        level="error",
        en=Text(
            what="The face is too dark to be used.",
            why="Lips and eyelids cannot be told from the skin around them.",
            cure="Use a picture in better light.",
        ),
        zh=Text(
            what="脸部过暗，无法使用。",
            why="嘴唇和眼皮与周围皮肤无法区分。",
            cure="请使用光线更好的图片。",
        ),
    ),
    Message(
        code="portrait-bright",
        level="warning",
        en=Text(
            what="{share} per cent of the face are white without any detail.",
            why="The picture was exposed too long, or lit too hard; skin without detail looks flat.",
            cure="A picture in softer light gives a better film.",
        ),
        zh=Text(
            what="脸部有 {share}% 泛白且没有细节。",
            why="图片曝光过度或光线过强；没有细节的皮肤显得扁平。",
            cure="光线柔和的图片效果更好。",
        ),
    ),
    Message(
        code="portrait-too-bright",
        level="error",
        en=Text(
            what="The face is too bright to be used.",
            why="Most of it is white without any detail: lips and cheeks cannot be told apart.",
            cure="Use a picture that is less exposed.",
        ),
        zh=Text(
            what="脸部过亮，无法使用。",
            why="大部分泛白且没有细节：嘴唇与脸颊无法区分。",
            cure="请使用曝光较低的图片。",
        ),
    ),
)
