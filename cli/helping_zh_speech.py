"""The help of voices, people and scripts in simplified Chinese; a part of `cli.helping_zh`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.helping_zh.CHINESE`.
SPEECH: Mapping[str, str] = {
    "Write scripts from a table of briefs, with a language model of yours.": (
        "用您自己的语言模型，根据一份撰稿要求表撰写脚本。"
    ),
    (
        "Columns: brief, audience, language, seconds; all others are kept, so that the result is a manifest "
        "to be read by a person and then submitted. A row with a script is only translated. Rows that cannot "
        "be written stay without a script, with the reason beside them, and end the command with exit code 5."
    ): (
        "列：brief、audience、language、seconds；其他列原样保留，因此结果就是一份清单，审读之后即可提交。已有脚本的行只"
        "做翻译。无法撰写的行没有脚本，旁边注明原因，命令以退出码 5 结束。"
    ),
    "Have scripts written for rows with a brief, and spoken unread.": (
        "为有撰稿要求的行撰写脚本，不经审读直接朗读。"
    ),
    "CSV, Excel or JSON Lines: one row, one brief.": "CSV、Excel 或 JSON Lines 文件：每行一条撰稿要求。",
    "Where the scripts go, such as scripts.csv.": "脚本写到哪里，例如 scripts.csv。",
    "Languages in which each script is wanted besides, such as zh,en,ja.": (
        "每份脚本还需要的语言，例如 zh,en,ja。"
    ),
    "Another number gives other scripts; the one that is set unless given.": (
        "换一个数字会得到另一份脚本；默认使用设置中的数字。"
    ),
    "The model that writes; the one that is set unless given.": "撰稿的模型；默认使用设置中的模型。",
    "Replace an earlier table, with what was changed in it.": "替换先前的表格及其中的修改。",
    "Words that no script of a department may hold.": "部门的脚本不得含有的词。",
    "List the words that no script of a department may hold.": "列出部门的脚本不得含有的词。",
    "Refuse scripts that hold one of these words, from now on.": "从现在起拒绝含有这些词之一的脚本。",
    (
        "A word is found in any case and width; Chinese words also within others and with spaces in them. "
        "Batches that are queued already go on."
    ): "不分大小写和全半角；中文词在其他词之中或中间有空格时也会被找到。已排队的批次不受影响。",
    "Allow these words again.": "重新允许这些词。",
    "Words, or phrases in quotes.": "词，或加引号的短语。",
    "A text file with a word on each line.": "文本文件，每行一个词。",
    "Whose scripts.": "哪个部门的脚本。",
    "The voices that can be used here; and people's voices, each with its consent.": (
        "此处可用的声音；以及人物的声音，各附授权。"
    ),
    "People's portraits, each with its consent.": "人物的肖像，各附授权。",
    "What the profile is called.": "档案的名称。",
    "Who answers for it: a name, or an address.": "由谁负责：姓名或地址。",
    "Whose voice or picture it is, if not the owner's own.": "这是谁的声音或肖像；默认是负责人本人。",
    "What the person agreed to: a PDF, or a text file.": "本人的授权文件：PDF 或文本文件。",
    "The last day on which the consent holds, such as 2027-01-31.": "授权有效的最后一天，例如 2027-01-31。",
    "Whose profile it shall be.": "档案属于哪个部门。",
    "Add a person's picture, with their consent.": "添加一个人的肖像及其授权。",
    "It is looked at as a manifest's portrait is. Rows name it as `profile:NAME`.": (
        "检查方式与清单中的肖像相同。清单行中写作 `profile:NAME`。"
    ),
    "A picture with one face, or a video of a person.": "有一张脸的图片，或一段人物视频。",
    "Add a sample of a person's voice, with their consent.": "添加一个人的声音样本及其授权。",
    (
        "It is listened to: length, clipping, noise, evenness; and once by each model that shall sound "
        "like them."
    ): "会检查样本的长度、削波、噪声和音量均匀度；将以其声音说话的每个模型也会聆听一次。",
    "A recording of the person alone: 3 to 30 seconds of speech.": "仅有此人的录音：3 到 30 秒的语音。",
    "List people's profiles, and how their consents stand.": "列出人物档案及其授权状态。",
    "Only those that this department may use.": "只列出该部门可以使用的档案。",
    "Show a profile: whose it is, who may use it, where its consent lies.": (
        "显示一份档案：属于谁、谁可以使用、授权文件在哪里。"
    ),
    "Record a new consent for a profile.": "为档案登记新的授权。",
    "Jobs that were held for want of it go on, and their films tell of the new one.": (
        "因缺少授权而暂停的任务会继续，其影片将注明新的授权。"
    ),
    "Take a person's consent back.": "撤回一个人的授权。",
    (
        "What is being made with it stops within seconds, what waits is held, and nobody can order more; "
        "`renew` takes that back. Films that are finished stay."
    ): "正在制作的会在几秒内停止，等待中的会暂停，也不能再下新单；`renew` 可恢复。已完成的影片保留。",
    "Let another department use a profile.": "允许另一个部门使用档案。",
    "Who may use it from now on.": "今后可以使用它的部门。",
    "Remove a profile that no film was ever ordered with; gc then takes its files.": (
        "移除从未用于影片的档案；其文件随后由 gc 清理。"
    ),
    "Forget a person: remove their portraits, voices, consents, recordings, speech and clips for good.": (
        "遗忘一个人：永久删除其肖像、声音、授权、录音以及语音和片段。"
    ),
    (
        "Their jobs that are not over are canceled. Films that were made stay where they are, and are "
        "listed. It cannot be undone; what is broken off is gone on with by the same command."
    ): (
        "其未完成的任务会被取消。已制作的影片保留在原处并列出。此操作无法撤销；"
        "若中断，重新运行同一命令即可继续。"
    ),
    "Whose profiles; `lectern portraits list` shows them.": "谁的档案；`lectern portraits list` 可查看。",
    "How words are pronounced.": "词的读法。",
    "List the words that are pronounced in a way of their own.": "列出有特定读法的词。",
    "Have a word pronounced as another text, or by its sounds, from now on.": (
        "从现在起按另一段文字或音标朗读某个词。"
    ),
    (
        "Captions show the word as it is written. A word with capitals means that spelling alone. Batches "
        "that are queued already go on as they are; `lectern say` lets you hear it."
    ): "字幕仍显示原文。含大写字母的词只匹配该写法。已排队的批次不受影响；可用 `lectern say` 试听。",
    "Have a word read as it is written again.": "重新按原文朗读某个词。",
    "As it stands in scripts.": "按脚本中的写法。",
    "Of which language, such as en or zh.": "属于哪种语言，例如 en 或 zh。",
    "Only words of this language, such as en or zh.": "只列出该语言的词，例如 en 或 zh。",
    "The text that is spoken instead.": "代替它朗读的文字。",
    "Its sounds in the International Phonetic Alphabet.": "它的国际音标。",
    "Speak a text as a film would have it, and tell how it was read.": (
        "按影片中的方式朗读一段文字，并说明读法。"
    ),
    (
        "Numbers, dates and amounts are told in words where the voice is given words. Without a file it is "
        "only told, with the sounds of each line."
    ): "若声音接收的是文字，数字、日期和金额会以文字显示。不指定文件时只显示读法和每句的音标。",
    "What is said, in quotes.": "要朗读的内容，加引号。",
    "Where the sound goes, such as out.wav.": "声音文件的位置，例如 out.wav。",
    "Whose pronunciations, word list and profiles count; else none do, but the profiles of default.": (
        "采用哪个部门的读法、禁用词和档案；不指定则都不采用，档案则取自 default 部门。"
    ),
    "A recording that is heard instead; a script is then only timed.": (
        "改为播放的录音；此时脚本只用于确定字幕的时间。"
    ),
    "Clean the recording of its room's noise.": "为录音降噪。",
    "Listen to what the voice said: none, sample or all of its sentences.": (
        "重新听写合成的语音以核对：none（不核对）、sample（抽查）或 all（全部句子）。"
    ),
    "Of a sentence that is never said as written: warn or stop.": (
        "某句始终与文稿不符时：warn（提示）或 stop（停止）。"
    ),
    "Replace an earlier file.": "替换先前的文件。",
}
