"""A report is sent where the settings say, by every way that is set: a webhook, mail, robots of chats."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from farm.bootstrap import Settings
from farm.bots import ROBOTS, Text, message, refusal_in
from farm.mailing import Mailbox, mail, mailbox_from
from farm.morningpage import page_of
from farm.morningtext import brief_of, heading, summary, text_of
from farm.morningwords import MorningWords
from farm.output import write_whole
from farm.post import check_address, post
from farm.signing import secrets_in, signed
from farm.views.morning import MorningView
from pipeline.plan.errors import AwayError, InputError, LecternError
from pipeline.plan.messages import Language, remembered

#: The folder of the home in which reports are kept that are sent.
FOLDER = "reports"
#: What a webhook is told that has happened.
EVENT_NAME = "report"
_JSON = {"Content-Type": "application/json; charset=utf-8"}


def is_anywhere(settings: Settings) -> bool:
    """Whether any way is set."""
    told = settings.report
    return any((told.webhook_url, told.wecom_url, told.dingtalk_url, told.feishu_url, told.mail_host))


def keep(settings: Settings, view: MorningView, language: Language) -> Path:
    """Keep the page in the home folder, so that it is there also if nobody can be reached; where it is.

    Raises:
        InputError: ``command-output-unwritable``.
    """
    folder = settings.home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("command-output-unwritable", path=str(folder), reason=reason) from error
    place = folder / f"report-{view.made.replace(':', '').replace(' ', '-')}.html"
    write_whole(place, page_of(view, language).encode())
    return place


def _marks_in(settings: Settings) -> tuple[str, ...]:
    """The secrets that the webhook is signed by; none where none is set."""
    shared = settings.notices.secret
    if len(settings.notices.url.split()) > 1:
        shared = shared.partition(",")[0]
    words = settings.report.webhook_secret or shared
    return secrets_in(words) if settings.report.webhook_url and words.strip() else ()


class Sender:
    """Knows every way that is set, and goes all of them.

    Args:
        settings: the farm's.
        language: what people are told in.

    Raises:
        InputError: ``report-nowhere``: no way is set; or as `check_address`, `secrets_in` and `mailbox_from`.
    """

    def __init__(self, settings: Settings, language: Language) -> None:
        self._settings = settings
        self._language: Language = language
        told = settings.report
        self._urls = {
            way: url
            for way, url in (
                ("webhook", told.webhook_url),
                ("wecom", told.wecom_url),
                ("dingtalk", told.dingtalk_url),
                ("feishu", told.feishu_url),
            )
            if url
        }
        self._marks = _marks_in(settings)
        self._secrets = {"dingtalk": told.dingtalk_secret, "feishu": told.feishu_secret}
        for url in self._urls.values():
            check_address(url, allow_http=told.allow_http)
        self._mailbox: Mailbox | None = None
        if told.mail_host:
            self._mailbox = mailbox_from(
                host=told.mail_host,
                port=told.mail_port,
                tls=told.mail_tls,
                user=told.mail_user,
                password=told.mail_password,
                sender=told.mail_from,
                to=told.mail_to,
            )
        if not is_anywhere(settings):
            raise InputError("report-nowhere")

    def keep(self, view: MorningView) -> Path:
        """As `keep`."""
        return keep(self._settings, view, self._language)

    def send(self, view: MorningView, document: Mapping[str, object], kept: Path | None) -> tuple[str, ...]:
        """Go every way, also when one before has failed; the ways that were gone.

        Args:
            view: the report.
            document: what a webhook is told.
            kept: where the page is kept.

        Raises:
            AwayError: ``report-not-sent``, with the ways that failed and why, and where the report is.
        """
        ways: dict[str, Callable[[], None]] = {
            way: self._way(way, url, view, document) for way, url in self._urls.items()
        }
        if (mailbox := self._mailbox) is not None:
            ways["mail"] = lambda: self._mail(mailbox, view)
        failed: dict[str, str] = {}
        for way, go in ways.items():
            try:
                go()
            except LecternError as error:
                failed[way] = remembered(error.code, error.facts, self._language)[0]
        if failed:
            reasons = " ".join(f"{way}: {reason}" for way, reason in failed.items())
            gone = ", ".join(way for way in ways if way not in failed)
            raise AwayError("report-not-sent", reasons=reasons, sent=gone or "-", kept=str(kept or "-"))
        return tuple(ways)

    def _way(
        self, way: str, url: str, view: MorningView, document: Mapping[str, object]
    ) -> Callable[[], None]:
        if way in ROBOTS:
            return lambda: self._chat(way, url, view)
        body = json.dumps(document, ensure_ascii=False).encode()
        return lambda: self._post(url, body, headers=self._signed(body))

    def _signed(self, body: bytes) -> Mapping[str, str]:
        if not self._marks:
            return _JSON
        return signed(self._marks, body, key=str(uuid.uuid4()), event=EVENT_NAME, at_s=int(time.time()))

    def _chat(self, way: str, url: str, view: MorningView) -> None:
        words = MorningWords(self._language)
        where = self._settings.report.link or "lectern report"
        lines = [*brief_of(view, self._language), *filter(None, [self._settings.report.link])]
        text = Text(title=heading(view, words), lines=lines, rest=words("cut", where=where))
        made = message(ROBOTS[way], text, url, self._secrets.get(way, ""), time.time_ns() // 1_000_000)
        self._post(made.url, made.body, robot=True)

    def _post(
        self, url: str, body: bytes, *, headers: Mapping[str, str] = _JSON, robot: bool = False
    ) -> None:
        allow_http = self._settings.report.allow_http
        host = check_address(url, allow_http=allow_http)
        answer = post(url, body, headers, allow_http=allow_http)
        refusal = refusal_in(answer.body) if robot else None
        if not answer.ok:
            told = f"HTTP {answer.status}" if refusal is None else f"HTTP {answer.status}: {refusal.told}"
            raise AwayError("report-refused", host=host, reason=told)
        if refusal is not None:
            words = MorningWords(self._language)
            cure = words(f"robot-{refusal.trouble}") if refusal.trouble else ""
            raise AwayError("report-refused", host=host, reason=f"{refusal.told}{cure}")

    def _mail(self, mailbox: Mailbox, view: MorningView) -> None:
        words = MorningWords(self._language)
        subject = f"{words('title')}{words('colon')}{summary(view, words)}"
        mail(
            mailbox,
            subject=subject,
            text=text_of(view, self._language),
            page=page_of(view, self._language),
            name="report.html",
        )
