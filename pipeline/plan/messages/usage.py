"""Messages of the command line itself: words that were not understood."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text


def _message(code: str, en: tuple[str, str, str], zh: tuple[str, str, str]) -> Message:
    return Message(
        code=code,
        level="error",
        en=Text(what=en[0], why=en[1], cure=en[2]),
        zh=Text(what=zh[0], why=zh[1], cure=zh[2]),
    )


MESSAGES: tuple[Message, ...] = (
    _message(
        "command-usage",
        (
            "The command was not understood: {reason}",
            "An option or an argument has a form that the command line does not know.",
            "`lectern --help` lists the commands; `lectern COMMAND --help` explains one.",
        ),
        (
            "无法理解该命令：{reason}",
            "某个选项或参数的形式无法识别。",
            "`lectern --help` 列出所有命令；`lectern 命令 --help` 说明其中一个。",
        ),
    ),
    _message(
        "command-unknown",
        (
            "There is no command “{command}”.",
            "The first word after lectern names what it shall do.",
            "These are there: {known}. `lectern --help` explains them.",
        ),
        (
            "没有命令“{command}”。",
            "lectern 之后的第一个词表示要做什么。",
            "可用的有：{known}。`lectern --help` 逐一说明。",
        ),
    ),
    _message(
        "command-incomplete",
        (
            "`{command}` alone does nothing.",
            "It is a group of commands.",
            "Use one of these: {known}.",
        ),
        ("单独的 `{command}` 不执行任何操作。", "它是一组命令。", "请使用以下之一：{known}。"),
    ),
    _message(
        "command-argument-missing",
        (
            "`{command}` needs {name}.",
            "The command cannot guess it.",
            "Add it; `{command} --help` explains what it is.",
        ),
        ("`{command}` 需要 {name}。", "该命令无法猜测它。", "请补上；`{command} --help` 有说明。"),
    ),
    _message(
        "command-option-unknown",
        (
            "`{command}` has no option {option}.",
            "An option that is not understood is refused, not ignored.",
            "`{command} --help` lists its options.",
        ),
        (
            "`{command}` 没有选项 {option}。",
            "无法识别的选项会被拒绝，而不会被忽略。",
            "`{command} --help` 列出它的选项。",
        ),
    ),
    _message(
        "command-option-value-missing",
        (
            "The option {option} needs a value.",
            "The command line ended, or went on with another option, where its value should stand.",
            "Write the value behind it; `{command} --help` says what it may be.",
        ),
        (
            "选项 {option} 需要一个值。",
            "本应是取值的地方，命令行已结束或出现了另一个选项。",
            "请在其后写上取值；`{command} --help` 说明可用的值。",
        ),
    ),
    _message(
        "command-option-value-surplus",
        (
            "The option {option} takes no value.",
            "It is either there or not.",
            "Write {option} alone; `{command} --help` lists the options.",
        ),
        (
            "选项 {option} 不带取值。",
            "它只有写与不写之分。",
            "请只写 {option}；`{command} --help` 列出各选项。",
        ),
    ),
    _message(
        "command-number-wrong",
        (
            "{name} has to be a whole number, 1 or more.",
            "Batches and jobs are named by their numbers, and nothing is counted in parts.",
            "`{command} --help` explains it; `lectern list` shows the numbers of batches and jobs.",
        ),
        (
            "{name} 必须是不小于 1 的整数。",
            "批次和任务用编号指明，计数也没有小数。",
            "`{command} --help` 有说明；`lectern list` 显示批次和任务的编号。",
        ),
    ),
    _message(
        "command-words-surplus",
        (
            "`{command}` was given more than it takes.",
            "A word stands there that belongs to nothing; a name with blanks has to stand in quotes.",
            "`{command} --help` shows what it takes.",
        ),
        (
            "给 `{command}` 的参数过多。",
            "有的词不属于任何参数；含空格的名称要加引号。",
            "`{command} --help` 显示它接受哪些参数。",
        ),
    ),
    _message(
        "command-jobs-or-batch",
        (
            "`{command}` needs numbers of jobs, or batches, or what else it takes: one kind of these.",
            "It would otherwise be unclear which films are meant.",
            "Write `{command} 4 7` for two jobs, or `{command} --batch 2` for a whole batch.",
        ),
        (
            "`{command}` 需要任务编号、批次或其支持的其他对象，一次只能用一种。",
            "否则无法确定指的是哪些影片。",
            "例如 `{command} 4 7` 指两个任务，`{command} --batch 2` 指整个批次。",
        ),
    ),
    _message(
        "command-no-words",
        (
            "No words were given.",
            "They stand on the command line, or in a file with `--file`.",
            'Write for example `lectern words add cheap "for free"`.',
        ),
        (
            "没有给出任何词。",
            "词写在命令行中，或用 `--file` 指定文件。",
            '例如 `lectern words add 便宜 "for free"`。',
        ),
    ),
    _message(
        "command-results-form",
        (
            "Results cannot be written as “{format}”.",
            "They are a table for Excel, or JSON for programs.",
            "Use one of these: {known}.",
        ),
        (
            "结果不能写成“{format}”格式。",
            "结果可以是供 Excel 打开的表格，或供程序读取的 JSON。",
            "请使用以下之一：{known}。",
        ),
    ),
    _message(
        "command-state-unknown",
        (
            "There is no state “{state}”.",
            "Each job is in one of a few states.",
            "Use one of these: {known}.",
        ),
        ("没有“{state}”这种状态。", "每个任务都处于几种状态之一。", "请使用以下之一：{known}。"),
    ),
    _message(
        "command-no-voice",
        (
            "No voice speaks “{language}”.",
            "A language is written as a BCP 47 tag, such as en, en-GB or zh.",
            "`lectern voices` lists every voice with its languages.",
        ),
        (
            "没有声音会说“{language}”。",
            "语言用 BCP 47 标签书写，例如 en、en-GB 或 zh。",
            "`lectern voices` 列出全部声音及其语言。",
        ),
    ),
    _message(
        "command-language-unknown",
        (
            "Lectern does not speak “{language}”.",
            "Its messages are written in a few languages.",
            "Use --lang with one of these: {known}.",
        ),
        ("Lectern 不会说“{language}”。", "它的消息只有几种语言。", "请在 --lang 后使用以下之一：{known}。"),
    ),
)
