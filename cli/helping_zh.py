"""The help of the commands in simplified Chinese: each paragraph by its English words."""

from __future__ import annotations

from collections.abc import Mapping

from cli.helping_zh_accounts import ACCOUNTS
from cli.helping_zh_backup import BACKUP
from cli.helping_zh_departments import DEPARTMENTS
from cli.helping_zh_logs import LOGS
from cli.helping_zh_models import MODELS
from cli.helping_zh_nightly import NIGHTLY
from cli.helping_zh_notices import NOTICES
from cli.helping_zh_operating import OPERATING
from cli.helping_zh_pools import POOLS
from cli.helping_zh_speech import SPEECH
from cli.helping_zh_trace import TRACE
from cli.helping_zh_verbs import VERBS
from cli.helping_zh_why import WHY
from cli.helping_zh_windows import WINDOWS

CHINESE: Mapping[str, str] = {
    **ACCOUNTS,
    **MODELS,
    **NIGHTLY,
    **NOTICES,
    **OPERATING,
    **POOLS,
    **SPEECH,
    **LOGS,
    **TRACE,
    **BACKUP,
    **VERBS,
    **WHY,
    **WINDOWS,
    **DEPARTMENTS,
    (
        "Make talking-portrait films by the hundred: a spreadsheet of scripts and a portrait in, finished, "
        "captioned films out."
    ): ("成批制作会说话的肖像影片：输入一份脚本表格和一张肖像，得到带字幕的成片。"),
    "Every command also takes --json (an answer for machines) and --lang en|zh.": (
        "每个命令都可加 --json（供程序读取的回答）和 --lang en|zh。"
    ),
    "Tell which Lectern this is.": "显示 Lectern 的版本。",
    "Check a spreadsheet of films completely and queue them.": "完整检查一份影片清单，并将其排入队列。",
    (
        "A batch with a bad row is refused whole; nothing is ever half-submitted. The same content "
        "submitted twice is the same batch, and its number is told again."
    ): (
        "只要有一行有误，整个批次都会被拒绝，绝不会只提交一半。相同内容提交两次仍是同一批次，会再次告知其编"
        "号。"
    ),
    "CSV, Excel or JSON Lines: one row, one film.": "CSV、Excel 或 JSON Lines 文件：每行一部影片。",
    "A value for empty cells of a column; repeatable.": "为某列的空单元格指定值；可重复使用。",
    "A text file: the script of rows that have none.": "文本文件：没有脚本的行使用它。",
    "The workbook's sheet, if not the first one.": "工作簿中的工作表；默认第一个。",
    "Tell what would be made, and queue nothing.": "说明将会制作什么，但不提交任何任务。",
    "Queue it without being asked.": "不询问，直接提交。",
    "A CSV file for every problem and warning, such as errors.csv.": (
        "写入全部问题和警告的 CSV 文件，例如 errors.csv。"
    ),
    "Show progress until the batch is over.": "显示进度，直到批次结束。",
    "Of rows that say nothing: urgent, normal or bulk.": (
        "未填写的行的紧急程度：urgent（紧急）、normal（普通）或 bulk（批量）。"
    ),
    "Of rows that say nothing: -50 to 50; higher goes first. Else 0.": (
        "未填写的行的优先级：-50 到 50，数字大的先进行；默认为 0。"
    ),
    "Make a new batch although the same one was submitted before.": "即使提交过相同内容，也新建一个批次。",
    "Your own name for this submission; refused if it named other content.": (
        "您为这次提交取的名称；若它曾用于其他内容则会被拒绝。"
    ),
    "Queue the good rows although others are bad.": "即使其他行有误，也提交没有问题的行。",
    "Refuse rows that have a warning.": "拒绝带有警告的行。",
    "Show on one screen how the farm is, and what to do next.": "在一屏内显示农场的状况和下一步该做的事。",
    "Show a batch's progress until it is over.": "显示一个批次的进度，直到它结束。",
    "Ctrl-C leaves the farm working. With --json, waits until the batch is over and prints it once.": (
        "按 Ctrl-C 退出后农场继续工作。加 --json 时等到批次结束，只输出一次。"
    ),
    "Number of a batch; the newest one unless given.": "批次编号；不写则为最新的批次。",
    "Tell what became of each row of a batch, as a table that Excel opens.": (
        "给出批次中每一行的结果，即一份 Excel 可以打开的表格。"
    ),
    (
        "Row by row: id, status, film, link, length, trace id, warnings, and what went wrong. The farm keeps "
        "the same table up to date beside the films; this one is as things stand now."
    ): (
        "逐行列出编号、状态、影片、链接、时长、追踪编号、警告以及出错原因。农场会在影片旁边持续更新同样的表格；"
        "此处给出的是当前情况。"
    ),
    "Write them here, such as results.csv.": "写入此文件，例如 results.csv。",
    "csv or json; else as the file's name says, else csv.": "csv 或 json；不写则按文件名判断，否则为 csv。",
    "Replace a file of something else.": "替换内容不同的其他文件。",
    "Show one job: progress, files, attempts, errors.": "显示一个任务：进度、文件、各次尝试和错误。",
    "Number of a job; `lectern list BATCH` shows them.": "任务编号；`lectern list 批次` 会列出。",
    "List the batches, or the jobs of one; with --state, jobs in that state.": (
        "列出所有批次，或某一批次的任务；加 --state 时列出处于该状态的任务。"
    ),
    "List the jobs of this batch; else all batches, or with --state jobs of all.": (
        "列出该批次的任务；不写则列出所有批次，加 --state 时列出所有批次中的任务。"
    ),
    "Only jobs in this state: queued, active, completed, failed, canceled, review or held.": (
        "只列出处于此状态的任务：queued（排队中）、active（进行中）、completed（已完成）、failed（失败）、c"
        "anceled（已取消）、review（待审核）或 held（保留中）。"
    ),
    "At most so many lines.": "最多列出多少行。",
    "Make one film here, without a farm.": "不用农场，就在此处制作一部影片。",
    (
        "The quickest way to try Lectern, and to look for a fault. Captions, poster and manifest are "
        "written beside the film. What was made before is used again, so that a second film with one "
        "changed sentence takes moments."
    ): (
        "试用 Lectern 或查找问题的最快方式。字幕、封面和清单文件写在影片旁边。已做好的部分会再次使用，因此"
        "只改一句话的第二部影片片刻即成。"
    ),
    "Who draws the faces of rows that name nobody: warp or wav2lip.": (
        "未指定引擎的行由谁绘制人脸：warp 或 wav2lip。"
    ),
    "Who draws the face: warp or wav2lip.": "由谁绘制人脸：warp 或 wav2lip。",
    "What wav2lip draws with; see `lectern models list`.": (
        "wav2lip 使用的模型（`lectern models list` 会列出）。"
    ),
    "How wav2lip draws: fast or exact.": "wav2lip 的绘制方式：fast 或 exact。",
    "The model that sharpens the face that wav2lip drew.": "用于修复 wav2lip 所绘人脸的模型。",
    "How far the box of the face that wav2lip sees is widened, in per cent: above,below,left,right.": (
        "wav2lip 所见人脸框扩大的百分比：上,下,左,右。"
    ),
    "What wav2lip sees of the portrait instead: x,y,width,height in pixels.": (
        "改为指定 wav2lip 所见的肖像区域：x,y,宽,高，以像素计。"
    ),
    "By how many frames the lips of wav2lip run ahead of the sound, -5 to 5.": (
        "wav2lip 的嘴唇比声音提前的帧数，-5 到 5。"
    ),
    "A picture with one face, a video, or profile:NAME.": "只有一张脸的图片、一段视频，或 profile:名称。",
    "A text file with what is said.": "写有台词的文本文件。",
    "Where the film goes, such as film.mp4.": "影片的保存位置，例如 film.mp4。",
    "A voice of `lectern voices`, or profile:NAME.": "`lectern voices` 列出的声音之一，或 profile:名称。",
    "Language of the script, such as en or zh.": "脚本的语言，例如 en 或 zh。",
    "Such as wide, tall-1080, square-512 or portrait.": "例如 wide、tall-1080、square-512 或 portrait。",
    "Draw the captions into the pictures.": "把字幕画进画面。",
    "Captions in the film's own file: yes or no.": "影片文件自带字幕轨：yes 或 no。",
    "What says that AI made it: both, cn, eu, or none with the next two.": (
        "AI 生成标识：both、cn、eu，或 none（须填写下面两项）。"
    ),
    "Who answers for a film without a label.": "不加标识时由谁负责。",
    "Why it has none.": "不加标识的理由。",
    "Say what films carry: label, captions, trace, and whether they are what label and manifest say.": (
        "说明影片带有什么：标识、字幕、追踪编号，以及是否与标识和清单文件相符。"
    ),
    (
        "Works without a farm, and on films of others. A film that is not as it was made, or that has no "
        "label without anybody having told why, ends the command with exit code 5."
    ): (
        "无需农场，也可用于他人的影片。若有影片与制作时不一致，或不带标识且无人说明理由，命令以退出码 5 "
        "结束。"
    ),
    "Films, or folders: every MP4 in them and below them.": "影片，或文件夹（其中及下级的所有 MP4）。",
    "Frame rate: 24, 25, 30, 50 or 60.": "帧率：24、25、30、50 或 60。",
    "How finely it is encoded: draft, standard or high.": "画面编码的精细程度：draft、standard 或 high。",
    "How loud it is in LUFS, -23 to -14.": "响度，以 LUFS 计，-23 到 -14。",
    "Make an animated WebP, too.": "同时制作一个 WebP 动图。",
    "Per cent of normal speed, 50 to 200.": "语速，为正常的百分之 50 到 200。",
    "Per cent of normal pitch, 50 to 200.": "音高，为正常的百分之 50 到 200。",
    "Title of the film.": "影片的标题。",
    "Which face, when there are several: x,y,width,height in pixels.": (
        "有多张脸时指明哪一张：x,y,宽,高（像素）。"
    ),
    "The look on the face: neutral or friendly.": "表情：neutral（自然）或 friendly（亲切）。",
    "How much head, brows and eyes move: none, calm or lively.": (
        "头、眉、眼动作的多少：none（无）、calm（平静）或 lively（活泼）。"
    ),
    "Behind the portrait: blur, #rrggbb, or a picture.": "肖像背后：blur（虚化）、颜色 #rrggbb 或图片文件。",
    "Replace files of an earlier film.": "替换先前影片的文件。",
    "Tell the states of jobs, steps and attempts, and what leads from one to another.": (
        "列出任务、步骤和尝试的各个状态，以及状态之间如何转换。"
    ),
    "As a drawing for Graphviz: `lectern states --dot | dot -Tsvg`.": (
        "输出 Graphviz 图：`lectern states --dot | dot -Tsvg`。"
    ),
    "Run the whole farm on this machine until Ctrl-C.": "在本机运行整个农场，直到按下 Ctrl-C。",
    (
        "Redis, dispatcher, workers and Flower are started and watched over. Ctrl-C lets the clips in "
        "work be finished; a second one leaves them for the next start, and nothing is lost."
    ): (
        "启动并看护 Redis、调度进程、工作进程和 Flower。按 Ctrl-C 会先完成正在制作的片段；再按一次则留待下次"
        "启动，没有任何丢失。"
    ),
    "Run this machine's workers, for a farm of several machines.": (
        "运行本机的各个工作进程，用于由多台机器组成的农场。"
    ),
    "Run this one alone, such as render-0 or cpu0.": "只运行这一个，例如 render-0 或 cpu0。",
    (
        "One works with each card, and some with the processors; they are started again when they end. "
        "Its machines need a ledger in PostgreSQL, a Redis and a store that all of them see: "
        "LECTERN_LEDGER__URL, LECTERN_REDIS__URL, LECTERN_STORE__ROOT."
    ): (
        "每张显卡一个工作进程，另有几个使用处理器；结束的会重新启动。各台机器需要共用 PostgreSQL 中的"
        "账本、Redis 和存储：LECTERN_LEDGER__URL、LECTERN_REDIS__URL、LECTERN_STORE__ROOT。"
    ),
    "Its name on this host.": "它在本机的名称。",
    "Do only this, such as `render.warp`; may be repeated.": (
        "只做这类工作，例如 `render.warp`；可重复使用。"
    ),
    "Run a dispatcher, for a farm of several machines.": "运行一个调度进程，用于由多台机器组成的农场。",
    "Of several, one leads and the others watch it.": "有多个时，由一个主导，其余的看护它。",
    "Watch over the workers of this machine, for a farm of several.": (
        "看护本机的工作进程，用于由多台机器组成的农场。"
    ),
    (
        "What a process held that ended goes back into the line at once. One that hangs is ended, and "
        "started anew by whatever started it. `lectern up` has a watchdog of its own."
    ): (
        "进程一旦结束，其手中的步骤立即重新排队。挂起的进程会被结束，并由启动它的程序重新启动。"
        "`lectern up` 自带看护进程。"
    ),
    "Tell whether this machine's processes live, for health checks of containers.": (
        "检查本机的各个进程是否正常运行，用于容器的健康检查。"
    ),
    (
        "Each is asked for `/healthz` on its port of [metrics]. A ledger or a Redis that is away changes "
        "nothing. With `--ready` it is asked for `/readyz`: who is not ready is to be left alone, and not to "
        "be restarted."
    ): (
        "按 [metrics] 中的端口逐个询问 `/healthz`。账本或 Redis 无法访问不影响结果。"
        "使用 `--ready` 时询问 `/readyz`：未就绪的进程应保持原样，不要重启。"
    ),
    "Ask whether they can do their work, and what they lack for it.": (
        "询问它们能否正常工作，以及缺少什么。"
    ),
    "dispatcher, worker or watchdog; each of them unless given.": (
        "dispatcher、worker 或 watchdog；不指定则逐个检查。"
    ),
    "Show what Celery does in a browser, for a farm of several machines.": (
        "在浏览器中查看 Celery 的活动，用于由多台机器组成的农场。"
    ),
    (
        "Flower is behind a password, and only to look: nobody can stop anything there. `lectern up` shows "
        "one of its own; where it does, this tells its address and ends."
    ): (
        "Flower 有密码保护，且只能查看：任何人都不能在那里停止任何东西。`lectern up` 自带一个；此时本命令"
        "只显示其地址，然后结束。"
    ),
    "Check what is missing here, and what to do about it.": "检查此处缺少什么，以及如何处理。",
    "List the engines, and why some cannot be used.": "列出各引擎，以及某些引擎无法使用的原因。",
    "Only voices of this language, such as en or zh.": "只列出会说该语言的声音，例如 en 或 zh。",
    "Remove from the store what no job needs any more.": "从存储中删除任何任务都不再需要的内容。",
    "Safe beside a working farm. Films stay, and everything that a job which can go on refers to. What was "
    "given for films that are over goes when their department says so (`lectern departments set NAME "
    "--retention`).": (
        "可在农场工作时运行。影片会保留，仍可继续的任务所用到的一切也会保留。已结束的影片的源文件按其部门的设置删除"
        "（`lectern departments set 名称 --retention`）。"
    ),
    "Where store_gb in [gc] sets a limit, only what is too much goes: what was not used for longest, also of "
    "films that lie in the archive.": (
        "如果 [gc] 中的 store_gb 设有上限，则只删除超出的部分：最久未使用的内容先删除，包括已归档影片的文件。"
    ),
    "What is younger is kept.": "在这么多小时内产生的内容会保留。",
    "The ledger's schema, and who may do what in it.": "账本的结构，以及谁可以做什么。",
    "Show the SQL that makes three roles in PostgreSQL, each with the rights that its work takes.": (
        "显示在 PostgreSQL 中建立三个角色的 SQL，每个角色只有其工作所需的权限。"
    ),
    (
        "lectern_owner has the tables: it upgrades and restores. lectern_farm is what the farm and this "
        "command line work as. lectern_viewer reads how the work goes, for Grafana, and nobody's words or "
        "names. It takes a user who may make roles, and is safe to run again."
    ): (
        "lectern_owner 拥有各个表，负责升级和恢复。lectern_farm 供农场和本命令行使用。"
        "lectern_viewer 供 Grafana 读取工作进展，读不到任何人的文字或姓名。"
        "执行者须有权建立角色；可以重复执行。"
    ),
    "Execute it in one transaction instead of showing it.": "在一个事务中执行，而不是显示。",
    "Has a file for each role that gets a password, named after it, such as lectern_farm.": (
        "其中每个要设置密码的角色有一个以其命名的文件，例如 lectern_farm。"
    ),
    "Make the ledger, or bring it to this version's schema. It is safe to run twice.": (
        "建立账本，或将其升级到本版本的结构。可以重复运行。"
    ),
    "Tell which schema the ledger has, and which one this version works with.": (
        "显示账本的结构版本，以及本版本所用的结构版本。"
    ),
    "Compare the ledger's real tables with what this version expects.": (
        "将账本的实际数据表与本版本的预期进行比较。"
    ),
    "The folder that finished films are delivered to.": "存放成片的归档文件夹。",
    "Mark a folder as the archive, so that an unmounted disk is never taken for an empty one.": (
        "把一个文件夹标记为归档文件夹，这样未挂载的磁盘就不会被当作空文件夹。"
    ),
    "It is safe to run twice. The farm delivers to the folder that LECTERN_ARCHIVE__ROOT names.": (
        "可以重复运行。农场会把影片送到 LECTERN_ARCHIVE__ROOT 所指的文件夹。"
    ),
    "The folder; [archive] root of the settings unless given.": (
        "该文件夹；不写则用设置中的 [archive] root。"
    ),
    "Show this message and exit.": "显示此说明并退出。",
}
