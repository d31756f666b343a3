"""The site file ``lotwise.yaml``: where the home is, which sources it runs, when, and whom to warn.

Paths in it are relative to the file. It holds no secret: passwords stay in the environment.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from assets.run_settings import PLANT_OF_PROFILE, USUAL_LIMITS, ModelLimits
from data_contracts.assumptions import names_built_in
from data_contracts.profile_schema.document import Section, read_document
from data_contracts.untrusted.limits import LARGEST_SEED
from warehouse.published_copy.retention import USUAL, Retention

SITE_FILE = "lotwise.yaml"
SCHEDULES = ("nightly", "refit", "self_test")
SOURCE_KEYS = ("profile", "data", "assumptions", "seed", "quick", "schedules", "watch_files")
SOURCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
RETENTION_KEYS = ("reports", "warehouses", "runs")
MODEL_KEYS = {
    "oldest_days": (1, 3650),
    "wrongly_stopped_prob": (0.001, 0.5),
    "calibration_band": (1, 100),
    "budget_band": (1, 100),
}
EMAIL_KEYS = ("to", "from", "server", "port", "starttls")


@dataclass(frozen=True)
class Source:
    """One source the site runs.

    Attributes:
        name: Its name on this site.
        profile: Built-in profile or the path of one.
        data: Folder of the delivered files; None where the profile says it.
        assumptions: Cost assumptions, a file or a built-in set; None for the profile's own or the
            default.
        seed: Seed of every random draw.
        is_quick: Whether fewer resamples are drawn.
        crons: When which job runs by itself: ``nightly``, ``refit``, ``self_test`` to a cron line.
        is_watched: Whether a new or changed delivered file starts a night.
    """

    name: str
    profile: str
    data: Path | None
    assumptions: Path | None
    seed: int
    is_quick: bool
    crons: dict[str, str]
    is_watched: bool

    @property
    def runs_by_itself(self) -> bool:
        """Whether anything of it runs without being asked."""
        return bool(self.crons) or self.is_watched


@dataclass(frozen=True)
class Email:
    """Where a failed run is told by mail.

    Attributes:
        to: Recipients.
        sender: Address it comes from.
        server: Host of the mail server.
        port: Its port.
        has_starttls: Whether the connection is encrypted before anything is said.
    """

    to: tuple[str, ...]
    sender: str
    server: str
    port: int
    has_starttls: bool


@dataclass(frozen=True)
class Alerts:
    """Whom a failed run is told.

    Attributes:
        webhook: Address that is sent a JSON message; None for none.
        email: None for none.
    """

    webhook: str | None
    email: Email | None


@dataclass(frozen=True)
class Site:
    """A plant's installation.

    Attributes:
        file: The site file.
        home: The runtime home.
        timezone: Time zone of the schedules.
        sources: By name.
        alerts: Whom a failed run is told.
        retention: How much of earlier runs the home keeps.
        model_limits: Beyond what a kept model raises no alarms.
    """

    file: Path
    home: Path
    timezone: str
    sources: dict[str, Source]
    alerts: Alerts
    retention: Retention = USUAL
    model_limits: ModelLimits = USUAL_LIMITS


def read_site(file: Path) -> Site:
    """Read a site file.

    Args:
        file: Its path.

    Raises:
        ProfileError: The file cannot be read, or something in it is not as it must be; the message
            names file, line and key.
    """
    root = read_document(file, "The site file")
    root.only(("home", "timezone", "sources", "alerts", "retention", "models"))
    folder = file.resolve().parent
    sources = root.section("sources")
    if not sources.values:
        root.fail(None, "'sources' is missing: name each source and its profile")
    named = {name: _source(sources, name, folder) for name in sources.values}
    return Site(
        file=file.resolve(),
        home=folder / (root.text("home") or "var"),
        timezone=_timezone(root),
        sources=named,
        alerts=_alerts(root.section("alerts")),
        retention=_retention(root.section("retention")),
        model_limits=_model_limits(root.section("models")),
    )


def _source(sources: Section, name: str, folder: Path) -> Source:
    own = sources.section(name)
    if not SOURCE_NAME.fullmatch(name):
        sources.fail(
            name, f"'{name}' is no name; a letter, then at most 59 letters, digits and underscores"
        )
    own.only(SOURCE_KEYS)
    profile = own.required_text("profile", "a built-in profile or the path of one")
    if "/" in profile or profile.endswith((".yaml", ".yml")):
        profile = str(folder / profile)
    seed = own.number("seed")
    if seed is not None and not (seed.is_integer() and 0 <= seed <= LARGEST_SEED):
        own.fail("seed", f"expected a whole number from 0 to {LARGEST_SEED}, found {seed:g}")
    hours = own.section("schedules")
    hours.only(SCHEDULES)
    found = Source(
        name=name,
        profile=profile,
        data=_path(own, "data", folder),
        assumptions=_assumptions(own, folder),
        seed=1 if seed is None else int(seed),
        is_quick=own.flag("quick"),
        crons={job: _cron(hours, job) for job in SCHEDULES if job in hours.values},
        is_watched=own.flag("watch_files"),
    )
    if found.runs_by_itself and found.data is None and profile in PLANT_OF_PROFILE:
        own.fail(
            None,
            f"'{profile}' simulates a plant, so nothing new ever comes in. Say with 'data' where "
            "its files are delivered, or take 'schedules' and 'watch_files' out",
        )
    return found


def _retention(section: Section) -> Retention:
    section.only(RETENTION_KEYS)
    said = {key: section.number(key) for key in RETENTION_KEYS if key in section.values}
    for key, number in said.items():
        if number is None or not (float(number).is_integer() and number >= 1):
            section.fail(key, f"expected a whole number of runs, at least 1, found {number}")
    return Retention(**{key: int(number) for key, number in said.items() if number})


def _model_limits(section: Section) -> ModelLimits:
    section.only(MODEL_KEYS)
    said = {key: section.number(key) for key in MODEL_KEYS if key in section.values}
    for key, number in said.items():
        low, high = MODEL_KEYS[key]
        if number is None or not low <= number <= high:
            section.fail(key, f"expected a number from {low:g} to {high:g}, found {number}")
    return ModelLimits(**{key: float(number) for key, number in said.items() if number})


def _assumptions(own: Section, folder: Path) -> Path | None:
    """The file of cost assumptions, or the name of a built-in set where no such file is."""
    file = _path(own, "assumptions", folder)
    named = Path(own.text("assumptions") or "")
    is_named = file is not None and not file.is_file() and names_built_in(named)
    return named if is_named else file


def _path(section: Section, key: str, folder: Path) -> Path | None:
    text = section.text(key)
    return None if text is None else folder / text


def _cron(section: Section, job: str) -> str:
    from dagster._utils.schedules import is_valid_cron_string

    line = section.required_text(job, "a cron line such as 30 2 * * *")
    if not is_valid_cron_string(line):
        section.fail(job, f"'{line}' is no cron line; five fields such as 30 2 * * * (at 02:30)")
    return line


def _timezone(root: Section) -> str:
    name = root.text("timezone") or "UTC"
    if name not in available_timezones():
        root.fail("timezone", f"'{name}' is no time zone; write one such as Europe/Zurich")
    return name


def _alerts(section: Section) -> Alerts:
    section.only(("webhook", "email"))
    webhook = section.text("webhook")
    if webhook is not None and not webhook.startswith(("http://", "https://")):
        section.fail("webhook", "expected an address that begins with https:// or http://")
    return Alerts(webhook, _email(section.section("email")) if "email" in section.values else None)


def _email(section: Section) -> Email:
    section.only(EMAIL_KEYS)
    to = section.texts("to")
    if not to:
        section.fail(None, "'to' is missing: whom to write")
    port = section.number("port") or 25
    if not (float(port).is_integer() and 0 < port < 65536):
        section.fail("port", f"expected a port from 1 to 65535, found {port:g}")
    return Email(
        to=_one_line(section, "to", to),
        sender=_one_line(section, "from", [section.required_text("from", "who writes")])[0],
        server=section.required_text("server", "host of the mail server"),
        port=int(port),
        has_starttls=section.flag("starttls"),
    )


def _one_line(section: Section, key: str, addresses: Iterable[str]) -> tuple[str, ...]:
    for address in addresses:
        if "@" not in address or any(sign.isspace() or sign in ",;" for sign in address):
            section.fail(key, f"'{address}' is no mail address")
    return tuple(addresses)
