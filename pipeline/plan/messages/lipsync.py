"""Messages of the face room about how a model moves the lips."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

LIPSYNC_MESSAGES: tuple[Message, ...] = (
    Message(
        code="face-mode-unknown",
        level="error",
        en=Text(
            what="“{word}” is no way of drawing the mouth.",
            why="face.mode says how a model's mouth comes into the picture: blended in, on a portrait that "
            "is alive, or exactly as Wav2Lip's original program does it.",
            cure="Use one of these: {known}. An empty cell is fast.",
        ),
        zh=Text(
            what="“{word}”不是有效的口型绘制方式。",
            why="face.mode 指定模型画出的嘴如何进入画面：自然融合且人像有生气，或与 Wav2Lip 原程序完全一致。",
            cure="请使用以下之一：{known}。留空即为 fast。",
        ),
    ),
    Message(
        code="face-offset-wrong",
        level="error",
        en=Text(
            what="“{word}” is no number of frames between -{most} and {most}.",
            why="face.mel_offset_frames says by how many frames the lips come earlier than they would by "
            "themselves, or later if it is below zero.",
            cure="Write a whole number, such as -1, or leave the cell empty for 0.",
        ),
        zh=Text(
            what="“{word}”不是 -{most} 到 {most} 之间的整数帧数。",
            why="face.mel_offset_frames 指定口型比原本提前多少帧，负数表示推后。",
            cure="请填写整数，如 -1；留空即为 0。",
        ),
    ),
    Message(
        code="face-pads-wrong",
        level="error",
        en=Text(
            what="“{word}” does not say how to widen the face's box.",
            why="face.pads has four whole numbers, top, bottom, left and right: by how many per cent of its "
            "height or width the box that the model sees grows there.",
            cure="Write numbers from {least} to {most}, for example 0,5,0,0, or leave the cell empty for "
            "just that.",
        ),
        zh=Text(
            what="“{word}”不能说明如何扩大人脸框。",
            why="face.pads 依次为上、下、左、右四个整数，表示模型所见的框在各边扩大其高或宽的百分之几。",
            cure="请填写 {least} 到 {most} 之间的数，例如 0,5,0,0；留空即为此值。",
        ),
    ),
    Message(
        code="face-crop-wrong",
        level="error",
        en=Text(
            what="“{word}” is no part of the portrait.",
            why="face.crop names what the model is shown as the face: a rectangle in pixels of the picture.",
            cure="Write x,y,width,height, the last two at least {least}, for example 120,80,200,260. In an "
            "empty cell's row the face is found by itself.",
        ),
        zh=Text(
            what="“{word}”不是肖像中的一个区域。",
            why="face.crop 用图片中的像素矩形指明交给模型的人脸。",
            cure="请填写 x,y,宽,高，宽和高至少为 {least}，例如 120,80,200,260；留空则自动寻找人脸。",
        ),
    ),
    Message(
        code="face-crop-outside",
        level="error",
        en=Text(
            what="Of what face.crop names, the film shows hardly anything: {crop} pixels.",
            why="The model needs a whole face within the film's picture.",
            cure="The film shows {width} x {height} pixels. Correct face.crop: x,y,width,height in pixels of "
            "the upright picture, around the face from hairline to chin. Or leave the cell empty.",
        ),
        zh=Text(
            what="影片中几乎看不到 face.crop 所指的区域：只有 {crop} 像素。",
            why="模型需要影片画面中的一整张脸。",
            cure="影片画面为 {width} x {height} 像素。请更正 face.crop：以摆正后图片的像素写 x,y,宽,高，"
            "从发际线到下巴框住整张脸；或留空。",
        ),
    ),
    Message(
        code="face-restore-exact",
        level="error",
        en=Text(
            what="A face cannot be drawn exactly and be restored by “{model}” as well.",
            why="The mode exact gives the pictures of Wav2Lip's original program, which restores nothing.",
            cure="Leave face.restore empty, or write fast in face.mode.",
        ),
        zh=Text(
            what="人脸不能既按 exact 方式绘制，又用“{model}”修复。",
            why="exact 方式给出与 Wav2Lip 原程序一致的画面，而原程序不做修复。",
            cure="请将 face.restore 留空，或在 face.mode 中填写 fast。",
        ),
    ),
    Message(
        code="face-option-idle",
        level="warning",
        en=Text(
            what="{option} means nothing to the engine {engine}.",
            why="It says how a model moves the lips, and this engine draws without a model.",
            cure="Leave the cell empty, or have the face drawn by wav2lip: face.engine, or --face-engine.",
        ),
        zh=Text(
            what="{option} 对引擎 {engine} 不起作用。",
            why="它规定模型如何驱动嘴唇，而该引擎不使用模型。",
            cure="请将该单元格留空，或用 wav2lip 绘制人脸：填写 face.engine 列，或使用 --face-engine。",
        ),
    ),
    Message(
        code="face-option-exact",
        level="warning",
        en=Text(
            what="{option} has no effect where the mouth is drawn exactly.",
            why="The mode exact gives the original program's pictures, where nothing but the mouth moves.",
            cure="Leave the cell empty, or write fast in face.mode.",
        ),
        zh=Text(
            what="按 exact 方式绘制嘴部时，{option} 不起作用。",
            why="exact 方式给出与 Wav2Lip 原程序一致的画面：除嘴以外什么都不动。",
            cure="请将该单元格留空，或在 face.mode 中填写 fast。",
        ),
    ),
)
