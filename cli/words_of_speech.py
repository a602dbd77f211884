"""The words of voices, people and scripts, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
SPEECH: Mapping[str, tuple[str, str]] = {
    # Stages.
    "write": ("script", "撰稿"),
    "listen": ("recognition", "识别"),
    # Word lists.
    "stopwords-none": (
        "Scripts of the department {department} may hold any word.",
        "部门 {department} 的脚本没有禁用词。",
    ),
    "stopwords-added": (
        "No script of the department {department} may hold from now on ({number}): {words}",
        "从现在起部门 {department} 的脚本不得含有（{number} 个）：{words}",
    ),
    "stopwords-removed": (
        "Allowed again for the department {department} ({number}): {words}",
        "部门 {department} 重新允许（{number} 个）：{words}",
    ),
    "stopwords-unchanged": ("Nothing was changed for {number} more.", "另有 {number} 个无需更改。"),
    # Pronunciations, and what is said.
    "word": ("WORD", "词"),
    "pronounced": ("PRONOUNCED", "读法"),
    "pronounced-none": (
        "The department {department} has every word read as it is written.",
        "部门 {department} 的所有词都按原文朗读。",
    ),
    "pronounced-so": (
        "From now on “{word}” ({language}) is pronounced {how}.",
        "从现在起“{word}”（{language}）读作 {how}。",
    ),
    "pronounced-no-more": (
        "“{word}” ({language}) is read as it is written again.",
        "“{word}”（{language}）重新按原文朗读。",
    ),
    "said-line": ("{shown} → {spoken}", "{shown} → {spoken}"),
    "said": ("{voice}, {seconds} s.", "{voice}，{seconds} 秒。"),
    "said-into": ("{file}: {voice}, {seconds} s.", "{file}：{voice}，{seconds} 秒。"),
    # Writing.
    "writing": ("writing", "撰稿"),
    "scripts-written": (
        "{file}: scripts by {model}: {number}. Read them, then: lectern submit {file}",
        "{file}：{model} 撰写的脚本：{number}。请先审读，然后运行：lectern submit {file}",
    ),
    "scripts-none": (
        "{file}: no script could be written; the column notes says why.",
        "{file}：没有写出任何脚本；原因见 notes 列。",
    ),
    "script-missing": ("Row {id} has no script: {what}", "{id} 没有脚本：{what}"),
    "script-doubtful": ("Row {id}: {what}", "{id}：{what}"),
    # What a model is good for.
    "model-voice": ("VOICE'S MODEL", "声音模型"),
    "model-convert": ("CONVERTED BY", "转换模型"),
    "model-hear": ("HEARD BY", "听写模型"),
    "model-write": ("WRITTEN BY", "撰稿模型"),
    # What doctor tells of engines with models.
    "check-narrators": ("voices with models", "模型声音"),
    "check-converter": ("voice conversion", "语音转换"),
    "check-ear": ("speech recognition", "语音识别"),
    "check-writer": ("scripts", "脚本撰写"),
    "check-members": ("members", "成员"),
    "check-consents": ("consents", "授权"),
    "detail-consents": (
        "{detail}; {consents:1 person's consent holds|# people's consents hold}",
        "{detail}；有效的人物授权 {consents} 份",
    ),
    "detail-narrators": (
        "{detail}, models: {models}; lectern models add FOLDER brings one",
        "{detail}，{models} 个模型（用 lectern models add 文件夹 添加）",
    ),
    "detail-converter": (
        "{detail}, models: {models}; lectern models add FOLDER brings one",
        "{detail}，{models} 个模型（用 lectern models add 文件夹 添加）",
    ),
    "detail-ear": (
        "{detail}, models: {models}; lectern models add FILE, or fetch NAME, brings one",
        "{detail}，{models} 个模型（用 lectern models add 文件 或 fetch 名称 添加）",
    ),
    "detail-writer": (
        "{detail}, models: {models}; lectern models add FOLDER brings one",
        "{detail}，{models} 个模型（用 lectern models add 文件夹 添加）",
    ),
    "protocol-converter": ("voice conversion", "语音转换"),
    "protocol-ear": ("speech recognition", "语音识别"),
    "protocol-activity": ("where somebody speaks", "人声检测"),
    "protocol-writer": ("scripts", "脚本撰写"),
    "voice-recorded": ("a recording", "录音"),
    "file-transcript": ("TRANSCRIPT", "听写文本"),
    "file-script": ("SCRIPT", "脚本"),
    "kind-coqui": ("voices", "语音合成"),
    "kind-freevc": ("converted voices", "语音转换"),
    "kind-whisper": ("speech recognition", "语音识别"),
    "kind-transformers": ("scripts", "脚本撰写"),
    # People: heads.
    "person": ("PERSON", "人物"),
    "owner": ("OWNER", "负责人"),
    "departments": ("MAY BE USED BY", "可用部门"),
    "consent": ("CONSENT", "授权"),
    "consent-document": ("DOCUMENT", "授权文件"),
    "profile-reference": ("SAMPLE OR PICTURE", "样本或图片"),
    "profile-portrait": ("PORTRAIT OF", "肖像人物"),
    "profile-voice": ("VOICE OF", "声音人物"),
    # How a consent stands.
    "consent-valid": ("until {day}", "有效至 {day}"),
    "consent-expired": ("expired {day}", "已于 {day} 过期"),
    "consent-withdrawn": ("withdrawn", "已撤回"),
    "consent-forgotten": ("somebody who was forgotten", "已被遗忘的人"),
    "consent-of": ("{name} ({person}), consent {standing}", "{name}（{person}），授权{standing}"),
    "consent-cure": (
        "{told}; `lectern {kind}s renew {name}` lets the film go on",
        "{told}；用 `lectern {kind}s renew {name}` 继续制作",
    ),
    # What became of a profile.
    "profiles-none": (
        "There are no profiles. `lectern {kind} add` makes one.",
        "没有档案。`lectern {kind} add` 可添加档案。",
    ),
    "profile-added": (
        "{name} is there for films with {person} (consent {standing}). Rows name it as profile:{name}.",
        "已添加 {name}，可用于 {person} 的影片（授权{standing}）。清单中写作 profile:{name}。",
    ),
    "voice-heard-now": (
        "{name} is added; {model} listens to the sample …",
        "已添加 {name}；{model} 正在聆听样本……",
    ),
    "voice-heard": (
        "What {models} made of the sample is kept for every film.",
        "{models} 已聆听样本，结果供所有影片使用。",
    ),
    "voice-heard-later": (
        "What a model makes of the sample is made when it first speaks as {name}, and kept.",
        "模型首次以 {name} 的声音说话时会聆听样本并保留结果。",
    ),
    "profile-renewed": (
        "{name} has a new consent, {standing}.",
        "{name} 已有新的授权，{standing}。",
    ),
    "profile-withdrawn": (
        "The consent of {name} is withdrawn; films that are finished stay.",
        "{name} 的授权已撤回；已完成的影片保留。",
    ),
    "profile-held": ("Held {number} for it: {jobs}", "因此暂停 {number} 个任务：{jobs}"),
    "profile-released": ("{number} go on: {jobs}", "{number} 个任务继续：{jobs}"),
    "profile-granted": ("{department} may use {name}.", "{department} 可以使用 {name}。"),
    "profile-removed": ("{name} was removed.", "已移除 {name}。"),
    # Forgetting.
    "ask-forget": (
        "Remove all of {person} for good: portraits, voices, consents, recordings, speech, clips? [y/N]",
        "是否永久删除 {person} 的一切资料：肖像、声音、授权、录音、缓存的语音和片段？[y/N]",
    ),
    "person-forgotten": (
        "{person} is forgotten: {profiles:# profile|# profiles} and {files:# file|# files} were removed.",
        "已遗忘 {person}：删除了 {profiles} 份档案和 {files} 个文件。",
    ),
    "person-canceled": ("{number:# job was|# jobs were} canceled.", "已取消 {number} 个任务。"),
    "person-half-made": (
        (
            "What workers had half made of them is nobody's now; garbage collection takes it in {hours:# "
            "hour|# hours}."
        ),
        "工作进程尚未完成的文件已不属于任何任务，垃圾回收会在 {hours} 小时后将其删除。",
    ),
    "person-astray": (
        "{number} do not lie in {root} any more, jobs {jobs}: what lay beside them could not be removed.",
        "其中 {number} 部已不在 {root} 中（任务 {jobs}）：无法删除其旁的文件。",
    ),
    "person-films": (
        (
            "{number:# film was made with them, and stays where it is|# films were made with them, and "
            "stay where they are}:"
        ),
        "曾用其制作 {number} 部影片，影片保留在原处：",
    ),
    "person-no-films": ("No film was made with them.", "没有用其制作过影片。"),
}
