"""What a command was asked, with what the site file and earlier runs say where it was not."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assets.run_settings import VIRTUAL_PLANT
from data_contracts.errors import UsageError
from pipelines.site.last_requests import remembered_of
from pipelines.site.run_request import RunRequest
from pipelines.site.site_file import SITE_FILE, Site, read_site
from warehouse.paths import Home

SITE_VARIABLE = "LOTWISE_SITE"
DEFAULT_HOME = Path("var")


def find_site(home: Path | None = None) -> Site | None:
    """Find the site file: where ``LOTWISE_SITE`` says, or beside the home.

    Args:
        home: The home asked for; a site file beside it counts only if it is that site's. None: the
            site file of the current folder.

    Returns:
        The site, or None where there is no site file.

    Raises:
        ProfileError: There is one, and it is not as it must be.
        UsageError: ``LOTWISE_SITE`` names no file.
    """
    named = os.environ.get(SITE_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise UsageError(f"{SITE_VARIABLE} names {named}, and there is no such file.")
        site = read_site(Path(named))
    else:
        file = (home.parent if home is not None else Path()) / SITE_FILE
        if not file.is_file():
            return None
        site = read_site(file)
    is_its_home = home is None or home.resolve() == site.home.resolve()
    return site if is_its_home else None


def home_of(home: Path | None) -> Path:
    """Return the home a command means: the one named, the site's, or ``var``."""
    if home is not None:
        return home
    site = find_site()
    return DEFAULT_HOME if site is None else site.home


def asked(
    source: str | None,
    *,
    data: Path | None,
    home: Path | None,
    assumptions: Path | None,
    seed: int | None,
    is_quick: bool = False,
    as_of: str | None = None,
    price_changes: Sequence[str] | None = None,
) -> RunRequest:
    """Return the request behind a command's options; None is what was not said.

    Raises:
        UsageError: The site runs several sources and none was named.
        ProfileError: The site file is not as it must be.
    """
    site = find_site(home)
    request = _of_site(site, source) if site is not None else None
    if request is None:
        request = RunRequest(home_of(home), source or VIRTUAL_PLANT)
    return replace(
        request,
        data=data or request.data,
        assumptions=assumptions or request.assumptions,
        seed=request.seed if seed is None else seed,
        is_quick=is_quick or request.is_quick,
        as_of=as_of,
        price_changes=tuple(price_changes or ()),
    )


def _of_site(site: Site, source: str | None) -> RunRequest | None:
    """The request for a source by its name on the site, or for the only one there is."""
    if source in site.sources:
        return RunRequest.of_source(site, site.sources[source])
    if source is not None:
        return None
    if len(site.sources) > 1:
        names = ", ".join(sorted(site.sources))
        raise UsageError(f"{site.file} has several sources; say which with --source: {names}.")
    (only,) = site.sources.values()
    return RunRequest.of_source(site, only)


def nights(source: str | None, home: Path | None) -> dict[str, RunRequest]:
    """Return what a night runs, by name: the site's sources, or what was run in a home before.

    Args:
        source: One of them; None for all.
        home: The home; None for the site's, or ``var``.

    Raises:
        UsageError: There is nothing to run.
    """
    site = find_site(home)
    if site is None or (source is not None and source not in site.sources):
        known = remembered_of(Home(home_of(home)), source)
        return {Path(each.source).stem: each for each in known}
    chosen = site.sources if source is None else {source: site.sources[source]}
    return {name: RunRequest.of_source(site, each) for name, each in chosen.items()}
