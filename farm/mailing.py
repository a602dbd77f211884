"""Mail of a report: the text, and the page attached, over SMTP with STARTTLS or TLS."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from farm.post import is_loopback
from pipeline.plan.errors import AwayError, InputError

#: How long any one answer of the server is waited for, in seconds.
PATIENCE_S = 20.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Mailbox:
    """Where mail goes out, from whom and to whom.

    Attributes:
        host: of the server.
        port: of it.
        tls: ``starttls``, ``tls`` (from the first byte), or ``none``, which goes to this machine alone.
        user: whom it knows us as; empty: it asks for nobody.
        password: of that user.
        sender: the address that it is from.
        receivers: the addresses that it goes to.
    """

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str
    receivers: tuple[str, ...]


def mailbox_from(
    *, host: str, port: int, tls: str, user: str, password: str, sender: str, to: str
) -> Mailbox:
    """A mailbox as the settings have it.

    Raises:
        InputError: ``mail-incomplete``: nobody it is from or goes to; ``mail-plain``: a password or a report
            would go to another machine unencrypted.
    """
    receivers = tuple(filter(None, (each.strip() for each in to.split(","))))
    for knob, value in (("mail_from", sender.strip()), ("mail_to", to.strip())):
        if not value or "\n" in value or "\r" in value:
            raise InputError("mail-incomplete", knob=knob)
    if tls == "none" and not is_loopback(host):
        raise InputError("mail-plain", host=host)
    return Mailbox(
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=password,
        sender=sender.strip(),
        receivers=receivers,
    )


def mail(mailbox: Mailbox, *, subject: str, text: str, page: str, name: str) -> None:
    """Send a mail.

    Args:
        mailbox: from where to whom.
        subject: one line.
        text: what is read at once.
        page: HTML that is attached.
        name: of the attachment.

    Raises:
        AwayError: ``mail-away``: no connection, no answer in time, or no encryption; ``mail-refused``: the
            server takes neither us nor one of the receivers. No password is in them.
    """
    message = EmailMessage()
    try:
        message["Subject"] = " ".join(subject.split())
        message["From"], message["To"] = mailbox.sender, ", ".join(mailbox.receivers)
        message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain="lectern")
        message.set_content(text)
        message.add_attachment(page.encode(), maintype="text", subtype="html", filename=name)
        with _connected(mailbox) as server:
            if mailbox.user:
                server.login(mailbox.user, mailbox.password)
            refused = server.send_message(message, mailbox.sender, list(mailbox.receivers))
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(mailbox, next(iter(error.recipients.values()))) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(mailbox, (error.smtp_code, error.smtp_error)) from None
    except (smtplib.SMTPException, OSError, MessageError, ValueError, IndexError) as error:
        raise AwayError("mail-away", host=mailbox.host, reason=_reason(error)) from None
    if refused:
        raise _refused(mailbox, next(iter(refused.values())))


def _connected(mailbox: Mailbox) -> smtplib.SMTP:
    if mailbox.tls == "tls":
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(mailbox.host, mailbox.port, timeout=PATIENCE_S, context=trust)
    server = smtplib.SMTP(mailbox.host, mailbox.port, timeout=PATIENCE_S)
    if mailbox.tls == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _refused(mailbox: Mailbox, told: tuple[int, bytes | str]) -> AwayError:
    number, words = told
    plain = words.decode(errors="replace") if isinstance(words, bytes) else words
    # A server may repeat what it was given, and so the password.
    line = " ".join(plain.split())[:200]
    if mailbox.password and mailbox.password in line:
        line = "?"
    return AwayError("mail-refused", host=mailbox.host, status=number, reason=line or "?")


def _reason(error: BaseException) -> str:
    """Why, in the words of the operating system or of TLS; nothing of what was sent is in them."""
    if isinstance(error, TimeoutError):
        return "Connection timed out"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        # So it calls a silence, too.
        silent = isinstance(error.__context__, TimeoutError)
        return "Connection timed out" if silent else "Connection closed"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "no STARTTLS or AUTH"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
