"""The mail server that the environment names, and how a letter is written and handed in."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

TIMEOUT = 30
PORTS = {"starttls": 587, "tls": 465, "none": 25}


class MailRefused(SpokenError):
    """Not everything was sent; what was sent is known, and is not sent twice."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed in. `security`: starttls | tls | none; `user` empty: without signing in."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""


def mail_server(environment: Mapping[str, str] = os.environ) -> MailServer:
    """The mail server that the environment names. Raises MailRefused with the setting that is missing or wrong."""
    host, sender = environment.get("HAILONG_SMTP_HOST", ""), environment.get("HAILONG_MAIL_FROM", "")
    if not host or not sender:
        raise MailRefused(
            _("No mail server is set: whoever runs this server sets HAILONG_SMTP_HOST and HAILONG_MAIL_FROM.")
        )
    security = environment.get("HAILONG_SMTP_SECURITY", "starttls")
    if security not in PORTS:
        raise MailRefused(
            _("HAILONG_SMTP_SECURITY is “%(given)s”; write starttls, tls or none."), given=security
        )
    port = environment.get("HAILONG_SMTP_PORT") or str(PORTS[security])
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise MailRefused(_("HAILONG_SMTP_PORT is “%(given)s”; write a number from 1 to 65535."), given=port)
    return MailServer(
        host,
        int(port),
        security,
        sender,
        environment.get("HAILONG_SMTP_USER", ""),
        environment.get("HAILONG_SMTP_PASSWORD", ""),
    )


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection on which letters can be handed in. Raises smtplib.SMTPException, OSError."""
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def letter(server: MailServer, to: str, subject: str, lines: Sequence[str], language: str) -> EmailMessage:
    """A letter of one text, a paragraph per line, that says it comes from a program."""
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = server.sender
    message["To"] = to
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2].strip("> ") or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(lines) + "\n")
    # After the content, which would clear it.
    message["Content-Language"] = language
    return message


def reason_of(error: Exception) -> str:
    """What the mail server or the network said, without an address in it."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code}"
    return type(error).__name__
