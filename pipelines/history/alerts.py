"""Telling people of a run that failed, by webhook and by mail, as the site file says.

An alert that cannot be sent must not hide the failure it is about: what went wrong with it comes
back as a sentence.
"""

import json
import os
import smtplib
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage

from data_contracts.untrusted.inert_text import visible
from pipelines.site.site_file import Alerts, Email

TIMEOUT_S = 20
USER_VARIABLE, PASSWORD_VARIABLE = "LOTWISE_SMTP_USER", "LOTWISE_SMTP_PASSWORD"


@dataclass(frozen=True)
class RunFailure:
    """A run that failed.

    Attributes:
        job: Name of the job.
        source: What it ran on, in the site's words.
        home: The runtime home.
        run_id: Identity in the run history; empty where the run was refused before it began.
        reason: What went wrong, in a sentence.
    """

    job: str
    source: str
    home: str
    run_id: str
    reason: str

    @property
    def subject(self) -> str:
        """One line, without control characters."""
        return visible(f"lotwise: {self.job} of {self.source} failed").replace("\n", " ")

    @property
    def text(self) -> str:
        """The message."""
        run = f"Run {self.run_id} in" if self.run_id else "In"
        return visible(
            f"{self.job} of {self.source} failed.\n\n{self.reason}\n\n{run} {self.home}. What was "
            "published before is still in place."
        )


def tell(alerts: Alerts, failure: RunFailure) -> list[str]:
    """Send every alert the site asks for.

    Args:
        alerts: Of the site.
        failure: What happened.

    Returns:
        A sentence per alert that could not be sent.
    """
    problems = []
    if alerts.webhook is not None:
        problems += _by_webhook(alerts.webhook, failure)
    if alerts.email is not None:
        problems += _by_mail(alerts.email, failure)
    return problems


def _by_webhook(address: str, failure: RunFailure) -> list[str]:
    """Post JSON whose ``text`` chat programs show, with the parts beside it."""
    message = {
        "text": f"{failure.subject}\n{failure.text}",
        "job": failure.job,
        "source": failure.source,
        "run_id": failure.run_id,
        "reason": visible(failure.reason),
    }
    request = urllib.request.Request(
        address,
        data=json.dumps(message).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            return []
    except (OSError, ValueError) as error:  # what the address holds may be a secret
        reason = f"status {error.code}" if isinstance(error, urllib.error.HTTPError) else str(error)
        return [f"The webhook was not told: {reason}. Check 'alerts.webhook' in the site file."]


def _by_mail(mail: Email, failure: RunFailure) -> list[str]:
    message = EmailMessage()
    message["Subject"], message["From"] = failure.subject, mail.sender
    message["To"] = ", ".join(mail.to)
    message.set_content(failure.text)
    try:
        with smtplib.SMTP(mail.server, mail.port, timeout=TIMEOUT_S) as server:
            if mail.has_starttls:
                server.starttls()
            if os.environ.get(USER_VARIABLE):
                server.login(os.environ[USER_VARIABLE], os.environ.get(PASSWORD_VARIABLE, ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        said = f"{mail.server}:{mail.port} took no mail: {error}."
        variables = f"{USER_VARIABLE} and {PASSWORD_VARIABLE}"
        hint = f"Check 'alerts.email' in the site file, and {variables} where the server asks."
        return [f"{said} {hint}"]
    return []
