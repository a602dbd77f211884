"""The command line's own words, in every language and in one place; messages stand in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from cli.words_of_accounts import ACCOUNTS
from cli.words_of_backup import BACKUP
from cli.words_of_dead import DEAD
from cli.words_of_departments import DEPARTMENTS
from cli.words_of_forecast import FORECAST
from cli.words_of_help import HELP
from cli.words_of_logs import LOGS
from cli.words_of_messages import MESSAGES
from cli.words_of_models import MODELS
from cli.words_of_nightly import NIGHTLY
from cli.words_of_notices import NOTICES
from cli.words_of_operating import OPERATING
from cli.words_of_pools import POOLS
from cli.words_of_speech import SPEECH
from cli.words_of_trace import TRACE
from cli.words_of_verbs import VERBS
from cli.words_of_verify import VERIFY
from cli.words_of_why import WHY
from cli.words_of_windows import WINDOWS
from pipeline.plan.counting import filled
from pipeline.plan.errors import Fact
from pipeline.plan.messages import Language

_MINUTE = 60
_HOUR = 60 * _MINUTE

#: name: (English, simplified Chinese). ``{name}`` stands for a value, ``{number:# film|# films}`` for a
#: number with its words (`pipeline.plan.counting`).
WORDS: Mapping[str, tuple[str, str]] = {
    # Heads of tables and names of facts.
    "batch": ("BATCH", "批次"),
    "manifest": ("MANIFEST", "清单"),
    "job": ("JOB", "任务"),
    "row": ("ROW", "行"),
    "row-name": ("ID", "ID"),
    "language": ("LANGUAGE", "语言"),
    "title": ("TITLE", "标题"),
    "state": ("STATE", "状态"),
    "stage": ("STAGE", "阶段"),
    "per-cent": ("DONE", "进度"),
    "eta": ("ETA", "预计"),
    "now": ("NOW", "当前"),
    "result": ("RESULT", "结果"),
    "films": ("FILMS", "影片"),
    "submitted": ("SUBMITTED", "提交时间"),
    "column": ("COLUMN", "列"),
    "problem": ("WHAT IS WRONG, AND WHAT TO DO", "问题与处理办法"),
    "protocol": ("FOR", "用途"),
    "name": ("NAME", "名称"),
    "usable": ("USABLE", "可用"),
    "why": ("WHY NOT, AND WHAT TO DO", "原因与处理办法"),
    "voice": ("VOICE", "声音"),
    "languages": ("LANGUAGES", "语言"),
    "label": ("LABEL", "说明"),
    "check": ("CHECK", "检查项"),
    "finding": ("FINDING", "结果"),
    "attempt": ("ATTEMPT", "次数"),
    "outcome": ("OUTCOME", "结果"),
    "took": ("TOOK", "用时"),
    "worker": ("WORKER", "工作进程"),
    "note-head": ("NOTE", "说明"),
    "length": ("LENGTH", "时长"),
    "format": ("FORMAT", "画面"),
    "face-engine": ("FACE ENGINE", "人脸引擎"),
    "model-face": ("MODEL", "模型"),
    "model-restore": ("RESTORED BY", "修复模型"),
    "model-taken-on": (", accepted by {by}", "，由 {by} 接受"),
    "expression": ("EXPRESSION", "表情"),
    "motion": ("MOTION", "动作"),
    "quality": ("QUALITY", "画质"),
    "loudness": ("LOUDNESS", "响度"),
    "background": ("BACKGROUND", "背景"),
    "captions-soft": ("CAPTIONS IN THE FILM", "内嵌字幕"),
    "captions-burned": ("CAPTIONS IN THE PICTURE", "画面字幕"),
    "film-label": ("LABEL", "标识"),
    "user": ("USER", "用户"),
    "scene": ("SCENE", "场景"),
    "trace": ("TRACE", "追踪编号"),
    "flower-head": ("FLOWER", "FLOWER"),
    "archive-head": ("ARCHIVE", "归档"),
    # States.
    "queued": ("queued", "排队中"),
    "active": ("active", "进行中"),
    "completed": ("completed", "已完成"),
    "failed": ("failed", "失败"),
    "canceled": ("canceled", "已取消"),
    "held": ("held", "保留中"),
    "review": ("in review", "待审核"),
    # Stages.
    "speak": ("speech", "语音"),
    "render": ("render", "渲染"),
    "join": ("join", "合成"),
    "archive": ("archive", "归档"),
    # What became of an attempt.
    "outcome-running": ("running", "进行中"),
    "outcome-ok": ("ok", "成功"),
    "outcome-error": ("error", "出错"),
    "outcome-timeout": ("timeout", "超时"),
    "outcome-lost": ("lost", "丢失"),
    "outcome-interrupted": ("interrupted", "中断"),
    "outcome-waited": ("waited", "等待"),
    "outcome-superseded": ("superseded", "被取代"),
    # Where a film stands on its way to the archive.
    "archive-none": ("–", "–"),
    "archive-pending": ("waits for the archive", "等待归档"),
    "archive-archived": ("archived", "已归档"),
    "archive-error": ("error", "出错"),
    # Files of a job.
    "file-film": ("FILM", "影片"),
    "file-srt": ("SRT", "SRT 字幕"),
    "file-vtt": ("WEBVTT", "WebVTT 字幕"),
    "file-poster": ("POSTER", "封面"),
    "file-preview": ("PREVIEW", "预览动图"),
    "file-manifest": ("MANIFEST", "清单文件"),
    # How a sitter bears themselves, where it is not the usual way.
    "expression-friendly": ("friendly", "亲切"),
    "motion-none": ("none", "无"),
    "motion-lively": ("lively", "活泼"),
    "quality-draft": ("draft", "草稿"),
    "quality-high": ("high", "高"),
    "urgency": ("URGENCY", "紧急程度"),
    "urgency-first": ("URGENCY (HIGHER FIRST)", "紧急程度（数字大的先）"),
    "urgency-urgent": ("urgent", "紧急"),
    "urgency-normal": ("normal", "普通"),
    "urgency-bulk": ("bulk", "批量"),
    # Which label a film bears, where it is not the usual one, and whether it carries captions.
    "label-cn": ("for China", "中国"),
    "label-eu": ("for the European Union", "欧盟"),
    "label-waived": ("none, decided by {name}: {reason}", "无，由 {name} 决定：{reason}"),
    "captions-none": ("none", "无"),
    # Why a job may not go on.
    "hold-quota": ("quota", "配额"),
    "hold-off_peak": ("off-peak hours", "非高峰时段"),
    "hold-approval": ("approval", "审批"),
    "waiting-held": (
        "held: {reasons}",
        "等待：{reasons}",
    ),
    "waiting-consent": (
        "held, since a person's consent has ended: `lectern show {job}`",
        "因人物授权已终止而暂停：`lectern show {job}`",
    ),
    "waiting-no-worker": (
        "no worker is there that can do it: `lectern up`",
        "没有能做此事的工作进程：`lectern up`",
    ),
    "waiting-no-pool": (
        "no worker that renders is in the pool {pool}: start one ([worker] pools)",
        "池 {pool} 中没有能渲染的工作进程：请启动一个（[worker] pools）",
    ),
    "waiting-all-kept": (
        "every worker that renders is kept for the films of a pool: have one take any, too ([worker] pools)",
        "所有能渲染的工作进程都专属于某个池：请让其中一个也接受其他影片（[worker] pools 中的 any）",
    ),
    "waiting-no-profile": (
        "no worker renders as this film was planned (other FFmpeg, card or settings); planned anew soon",
        "没有工作进程能按本片原定的渲染方式（FFmpeg、显卡或设置）渲染；稍后会自动重新规划",
    ),
    "waiting-no-version": (
        "begun with {needs}, which no worker has any more: `lectern replan {batch}` moves it",
        "开始时使用 {needs}，现已没有工作进程具备该版本：用 `lectern replan {batch}` 迁移",
    ),
    "waiting-retry": ("tried again in {span}: {error}", "{span}后重试：{error}"),
    "waiting-shared": ("waits for a part that another film is making", "等待另一部影片正在制作的共用部分"),
    "behind": ("{jobs} ahead", "前面有 {jobs} 个"),
    "canceled-hint": ("`lectern requeue {job}` brings it back", "用 `lectern requeue {job}` 恢复"),
    "in-store": ("in the store; `lectern show {job}`", "在存储中；`lectern show {job}`"),
    # Progress.
    "batch-named": ("batch {batch} ({name})", "批次 {batch}（{name}）"),
    "row-of-batch": ("{row} of batch {batch}", "批次 {batch} 的 {row}"),
    "left": ("about {span} left", "约剩 {span}"),
    "leave": ("Ctrl-C leaves this view; the farm goes on.", "Ctrl-C 退出此视图；农场继续工作。"),
    "farm-goes-on": (
        "The farm goes on. `lectern watch {batch}` comes back to this view.",
        "农场继续工作。用 `lectern watch {batch}` 回到此视图。",
    ),
    "and-more": ("and {number} more: `lectern list {batch}`", "还有 {number} 个：`lectern list {batch}`"),
    "archive-waits": (
        "Not in the archive yet: {films}. Unless paused, they go when it can be reached: `lectern doctor`.",
        "尚未归档：{films} 部。归档文件夹可用且未暂停时会自动送达；可用 `lectern doctor` 检查。",
    ),
    "how-to-requeue": (
        "What has no film can be tried again; only what is missing is made: lectern requeue --batch {batch}",
        "失败或已取消的任务可以重试，只制作缺少的部分：lectern requeue --batch {batch}",
    ),
    "no-workers": (
        "Nothing moves: no worker is there. Start the farm with `lectern up`.",
        "没有进展：没有工作进程。请用 `lectern up` 启动农场。",
    ),
    "no-dispatcher": (
        "Nothing new is handed out: no dispatcher is there. `lectern up` or `lectern dispatcher` starts one.",
        "不会分配新工作：没有调度进程。用 `lectern up` 或 `lectern dispatcher` 启动。",
    ),
    "nothing-submitted": ("Nothing was submitted yet.", "尚未提交任何内容。"),
    "none-in-state": ("No film is in this state.", "没有处于此状态的影片。"),
    # Submitting.
    "batch-queued": ("Batch {batch} is queued; films: {films}.", "批次 {batch}：{films} 部影片已排队。"),
    "batch-known": (
        "Submitted before: this is batch {batch} (films: {films}); nothing new was queued (see --again).",
        "相同内容此前已提交：批次 {batch}，{films} 部影片。未加入新任务（用 --again 可另建批次）。",
    ),
    "known-keeps": (
        "{films:# film keeps its|# films keep their} {what}: {has}. Asked for this time: {asked}.",
        "{films} 部影片保留原有的{what}：{has}。本次要求：{asked}。",
    ),
    "known-set": ("To change that: `{command}`", "如需更改：`{command}`"),
    "known-set-each": (
        "To change that, job by job: `lectern set JOB`, with what each shall have.",
        "如需更改，请逐个任务设置：`lectern set 任务编号`。",
    ),
    "keeps-urgency": ("urgency", "紧急程度"),
    "keeps-priority": ("priority", "优先级"),
    "keeps-pool": ("pool", "池"),
    "keeps-window": ("window", "时段"),
    "keeps-deadline": ("deadline", "截止时间"),
    "keeps-various": ("not the same for all", "各不相同"),
    "results-will-be": (
        "What becomes of each row will stand in {place}",
        "每一行的结果将写入 {place}",
    ),
    "results-are": ("Results of each row: {place}", "每一行的结果：{place}"),
    "results-not-yet": (
        "Results of each row: `lectern results {batch}`. Once the archive is there, they are in {place}",
        "每一行的结果：`lectern results {batch}`；归档目录可用后将写入 {place}。",
    ),
    "results-written": (
        "The results of batch {batch} are in {file}.",
        "批次 {batch} 的结果已写入 {file}。",
    ),
    "how-to-watch": ("lectern watch {batch}", "lectern watch {batch}"),
    "problems": ("Problems: {number} (rows: {rows})", "{number} 个问题（涉及 {rows} 行）："),
    "warnings": ("Warnings: {number} (rows: {rows})", "{number} 个警告（涉及 {rows} 行）："),
    "left-out": (
        "Left out: {rows:# row|# rows} (problems: {number})",
        "已略过 {rows} 行，共 {number} 个问题：",
    ),
    "rows-cut": ("{rows}, … ({number:# row|# rows})", "{rows}、……（共 {number} 行）"),
    "in-rows": (" (row {rows})", "（第 {rows} 行）"),
    "others-alike": (
        "and {number:one other|# others} of this kind; `--report errors.csv` writes all of them.",
        "另有 {number} 处同类问题；`--report errors.csv` 会写出全部。",
    ),
    "more-problems": (
        "and {number} more, of {kinds} other kinds; `--report errors.csv` writes all of them.",
        "还有 {number} 个，属于另外 {kinds} 类；`--report errors.csv` 会写出全部。",
    ),
    "report-written": ("All of them ({number}) are in {path}.", "全部 {number} 条已写入 {path}。"),
    "report-row": ("row", "行"),
    "report-column": ("column", "列"),
    "report-row-id": ("id", "id"),
    "report-level": ("level", "级别"),
    "report-code": ("code", "代码"),
    "report-message": ("what is wrong", "问题"),
    "report-what-to-do": ("what to do", "处理办法"),
    "checking-manifest": ("Checking the batch", "正在检查批次"),
    "checking-pictures": ("Pictures", "图片"),
    "checking-rows": ("Rows", "行"),
    "queueing": ("Queueing the batch", "正在提交批次"),
    "queueing-inputs": ("Inputs", "输入文件"),
    "dry-run": ("Nothing was queued: this was a dry run.", "这是试运行，未提交任何任务。"),
    "queue-them": ("Queue {films:# film|# films}? [y/N]", "提交 {films} 部影片？[y/N]"),
    "nothing-queued": ("Nothing was queued.", "未提交任何任务。"),
    # Operating.
    # One film.
    "film-made": ("{film}: {length}, made in {took}", "{film}：时长 {length}，用时 {took}"),
    "film-beside": ("beside it: {files}", "同处：{files}"),
    # The farm's processes.
    "farm-starts": ("Starting the farm on {home} ...", "正在 {home} 启动农场……"),
    "farm-is-up": (
        "The farm is up: {workers:# worker|# workers}. Ctrl-C ends it.",
        "农场已启动：{workers} 个工作进程。Ctrl-C 结束。",
    ),
    "farm-flower": (
        "Flower: {url} (user {user}, password in {file})",
        "Flower：{url}（用户 {user}，密码在 {file}）",
    ),
    "farm-next": (
        "In another terminal: lectern submit MANIFEST --watch",
        "在另一个终端中：lectern submit 清单 --watch",
    ),
    "clips-end": (
        "Ending: clips in work are finished, for at most {seconds} s; Ctrl-C once more leaves them at once.",
        "正在结束：完成正在制作的片段，最多 {seconds} 秒；再按一次 Ctrl-C 则立即放下。",
    ),
    "farm-ended": ("The farm has ended; nothing is lost.", "农场已结束，没有任何丢失。"),
    "worker-on-card": ("{name}  card {device}: {work}", "{name}  显卡 {device}：{work}"),
    "worker-on-processors": ("{name}  processor: {work}", "{name}  处理器：{work}"),
    "workers-start": ("At work. Ctrl-C ends it.", "开始工作。Ctrl-C 结束。"),
    "dispatcher-starts": (
        "“{name}” begins to hand out work. Ctrl-C ends it.",
        "“{name}”开始分配工作。Ctrl-C 结束。",
    ),
    "watchdog-starts": (
        "Watching over the workers of this machine. Ctrl-C ends it.",
        "开始看护本机的工作进程。Ctrl-C 结束。",
    ),
    "health-lives": ("{name}: lives", "{name}：正常"),
    "health-hangs": ("{name}: hangs", "{name}：卡死"),
    "health-ready": ("{name}: ready", "{name}：就绪"),
    "health-waits": ("{name}: not ready", "{name}：未就绪"),
    "health-silent": ("{name}: nobody answers on port {port}", "{name}：端口 {port} 无应答"),
    "health-none": ("No process has a port in [metrics].", "[metrics] 中没有为任何进程设置端口。"),
    # Ledger and archive.
    "knob": ("KNOB", "设置项"),
    "knob-value": ("VALUE", "取值"),
    "knob-origin": ("FROM", "来源"),
    "knob-set": ("(set)", "（已设置）"),
    "knob-not-set": ("(not set)", "（未设置）"),
    "knob-default": ("default", "默认值"),
    "knob-from-file": ("{where}, which names {file}", "{where}，指向 {file}"),
    "config-nothing": ("Nothing of that name is set here.", "没有这样的设置。"),
    "config-right": (
        "Every setting can be read; `lectern doctor` tries what they lead to.",
        "所有设置均可读取；`lectern doctor` 会实际检查它们所指的服务。",
    ),
    "config-wrong": (
        "{number:One setting is|# settings are} wrong; nothing begins before that is cured.",
        "有 {number} 处设置有误；更正之前无法启动任何进程。",
    ),
    "db-made": (
        "The ledger was made: {place} (schema {revision}).",
        "账本已建立：{place}（结构 {revision}）。",
    ),
    "db-upgraded": (
        "The ledger was upgraded: {place} (schema {revision}).",
        "账本已升级：{place}（结构 {revision}）。",
    ),
    "db-was-ready": (
        "The ledger is up to date: {place} (schema {revision}).",
        "账本已是最新：{place}（结构 {revision}）。",
    ),
    "db-none": ("none", "无"),
    "db-current": (
        "{place}: schema {found}; this version works with {wanted}.",
        "{place}：结构 {found}；本版本使用 {wanted}。",
    ),
    "db-true": ("{place} is as this version expects it.", "{place} 与本版本的预期一致。"),
    "grants-applied": (
        "{place}: the roles lectern_owner, lectern_farm and lectern_viewer have their rights.",
        "{place}：角色 lectern_owner、lectern_farm 和 lectern_viewer 已获得各自的权限。",
    ),
    "grants-password": ("{role} has its new password.", "{role} 的新密码已生效。"),
    "grants-no-password": (
        "No password was set here for {roles}: use --passwords FOLDER, or \\password {first} in psql.",
        "此处未设置 {roles} 的密码：请使用 --passwords 文件夹，或在 psql 中输入 \\password {first}。",
    ),
    "archive-ready": ("{folder} is an archive.", "{folder} 已是归档文件夹。"),
    "archive-elsewhere": (
        "The farm delivers to {root}. To have it deliver here: LECTERN_ARCHIVE__ROOT={folder}",
        "农场目前归档到 {root}。若要归档到此处：LECTERN_ARCHIVE__ROOT={folder}",
    ),
    "gc-done": (
        "Removed {files:# file|# files} ({megabytes} MB) and {parts:# half-written one|# half-written ones}.",
        "已删除 {files} 个文件（{megabytes} MB）和 {parts} 个未写完的文件。",
    ),
    "gc-sources": (
        "Sources that their departments keep no longer, each removed once older than the grace: {sources}.",
        "部门不再保留的源文件：{sources} 个，超过宽限期后即删除。",
    ),
    "gc-over": (
        "The store is still {megabytes} MB over its limit of {limit} GB; all of it is needed, or too young.",
        "存储仍超出 {limit} GB 的上限 {megabytes} MB：其余文件为未完成的任务所需，或尚未达到可删除的时间。",
    ),
    **FORECAST,
    **MODELS,
    **DEAD,
    **DEPARTMENTS,
    **MESSAGES,
    **OPERATING,
    **ACCOUNTS,
    **NIGHTLY,
    **NOTICES,
    **POOLS,
    **SPEECH,
    **LOGS,
    **TRACE,
    **VERBS,
    **VERIFY,
    **WHY,
    **WINDOWS,
    **BACKUP,
    **HELP,
    # Engines, voices, doctor.
    "protocol-voice": ("speech", "语音"),
    "protocol-face": ("talking face", "说话的脸"),
    "protocol-eye": ("face landmarks", "人脸特征点"),
    "default": ("default", "默认"),
    "detail-voice": ("{detail}, {voices:# voice|# voices}", "{detail}，{voices} 个声音"),
    "detail-models": ("{detail}, models: {models}", "{detail}，模型：{models}"),
    "detail-fonts": (
        "{fonts:# font|# fonts}; captions in pictures for {detail}",
        "{fonts} 种字体；可绘制画面字幕的语言：{detail}",
    ),
    "detail-store": ("{detail}, {free_gb} GB free", "{detail}，可用 {free_gb} GB"),
    "check-python": ("Python", "Python"),
    "check-ffmpeg": ("FFmpeg", "FFmpeg"),
    "check-eye": ("face landmarks", "人脸特征点"),
    "check-voice": ("speech", "语音"),
    "check-face": ("talking face", "说话的脸"),
    "check-models": ("models", "模型"),
    "check-ledger": ("ledger", "账本"),
    "check-clock": ("clock", "时钟"),
    "check-store": ("store", "存储"),
    "check-fonts": ("fonts", "字体"),
    "check-archive": ("archive", "归档"),
    "check-redis": ("Redis", "Redis"),
    "check-settings": ("settings", "设置"),
    "level-ok": ("ok", "正常"),
    "level-warning": ("warning", "警告"),
    "level-error": ("error", "错误"),
    "doctor-well": ("Everything is there.", "一切就绪。"),
    "doctor-less": (
        "Lectern works, but what is named above needs a look.",
        "Lectern 可以工作，但请留意上面列出的问题。",
    ),
    "doctor-sick": (
        "Lectern cannot work before the errors above are mended.",
        "解决上面的错误之前，Lectern 无法工作。",
    ),
    # Small words.
    "comma": (", ", "、"),
    "semicolon": ("; ", "；"),
    "error": ("error: ", "错误："),
    "warning": ("warning: ", "警告："),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "unknown": ("–", "–"),
}


class Words:
    """The words in one language.

    Args:
        language: which of the columns above.
    """

    def __init__(self, language: Language) -> None:
        self._column = 1 if language == "zh" else 0

    def __call__(self, name: str, /, **values: Fact) -> str:
        """The words of a name, with values in its placeholders.

        Raises:
            KeyError: no such name; a test holds every one used to the table.
        """
        words = WORDS[name][self._column]
        return filled(words, values) if values else words

    def state(self, name: str) -> str:
        """A state or stage as people read it; one that this version does not know, as it is."""
        return WORDS[name][self._column] if name in WORDS else name

    def deed(self, verb: str) -> str:
        """What somebody did, as people read it; a verb that this version does not know, as it is."""
        return self.state(f"verb-{verb}").removeprefix("verb-")

    def span(self, seconds: int) -> str:
        """A length of time, as exact as a person needs it."""
        chinese = self._column == 1
        if seconds < _MINUTE:
            return f"{seconds} 秒" if chinese else f"{seconds} s"
        if seconds < _HOUR:
            minutes, rest = divmod(seconds, _MINUTE)
            return f"{minutes} 分 {rest:02d} 秒" if chinese else f"{minutes} min {rest:02d} s"
        hours, rest = divmod(seconds // _MINUTE, _MINUTE)
        return f"{hours} 小时 {rest:02d} 分" if chinese else f"{hours} h {rest:02d} min"
