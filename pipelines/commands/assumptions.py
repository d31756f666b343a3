"""``lotwise assumptions``: the prices in force, which of them matter, and a file to fill in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data_contracts.assumption_schema.model import ENDS
from data_contracts.codes.money import PricedMeasure
from data_contracts.errors import UsageError, WarehouseError
from pipelines.commands.options import (
    AssumptionsOption,
    HomeOption,
    JsonOption,
    SetOption,
    SourceOption,
)
from pipelines.terminal.console import say

if TYPE_CHECKING:
    from data_contracts.assumptions import Assumptions
    from pipelines.site.run_request import RunRequest

DRAFT_LINES = 10
_SHARES = "SELECT * FROM economics.price_shares ORDER BY rank"
_SOURCE = "SELECT DISTINCT source_profile FROM evidence.runs"
_FIELDS = (
    *("name", *ENDS, "unit", "origin", "stated_in"),
    *("distribution", "owner", "source", "as_of", "kind", "description"),
)
_SHARE_FIELDS = ("variance_share", "is_asked", "priced")


def command(
    source: SourceOption = None,
    home: HomeOption = None,
    assumptions: AssumptionsOption = None,
    settings: SetOption = None,
    top: Annotated[
        int | None,
        typer.Option("--top", help="Only so many: those that move the money of the last run most."),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option("--draft", help="Write a file of own prices, to be filled in."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the cost assumptions in force for a source, and whose each number is."""
    from assets.run_settings import assumptions_in_force
    from data_contracts.profile import load_profile

    if top is not None and top < 1:
        raise UsageError(f"--top {top}: give a number of at least 1.")
    request = priced_request(source, home, assumptions, settings)
    profile = load_profile(request.source)
    declared = assumptions_in_force(profile, request.assumptions, request.price_changes)
    read = with_records(declared, request.home, profile.name)
    shares = _shares(request.home, profile.name) if top or draft else []
    if draft is not None:
        _write(draft, read, shares, top or DRAFT_LINES)
    elif as_json:
        typer.echo(json.dumps(_rows(read, shares[:top] if top else None), indent=2, default=str))
    elif top:
        _print_top(read, shares, top)
    else:
        _print_set(read)


def priced_request(
    source: str | None, home: Path | None, assumptions: Path | None, settings: list[str] | None
) -> "RunRequest":
    """The request whose prices are meant: the site's, or the one last run in the home."""
    from pipelines.site.asked import asked, find_site, home_of
    from pipelines.site.last_requests import remembered
    from warehouse.paths import Home

    if find_site(home) is None:
        named = {source, str(Path(source).resolve())} if source else set()
        known = [
            each
            for each in remembered(Home(home_of(home))).values()
            if source is None or each.source in named
        ]
        if len(known) == 1:
            (only,) = known
            return replace(
                only,
                assumptions=assumptions or only.assumptions,
                price_changes=tuple(settings or only.price_changes),
            )
    return asked(
        source, data=None, home=home, assumptions=assumptions, seed=None, price_changes=settings
    )


def with_records(declared: "Assumptions", home: Path, profile: str) -> "Assumptions":
    """Return the set with what the records of the last run give, if that was of this source."""
    from data_contracts.assumption_schema.recorded import RECORDED_PRICES
    from data_contracts.assumptions import with_recorded
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    try:
        with open_published(Home(home)) as published:
            if RECORDED_PRICES not in published.tables():
                return declared
            of_source = published.query(_SOURCE)["source_profile"].to_list()
            recorded = published.query(f"FROM {RECORDED_PRICES}")
    except WarehouseError:  # nothing is published yet
        return declared
    return with_recorded(declared, recorded) if profile in of_source else declared


def _shares(home: Path, profile: str) -> list[dict[str, Any]]:
    """Read how much each number carries in the last run of a source.

    Raises:
        UsageError: The last run was of another source, by a version that did not say, or nothing
            failed in it.
    """
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    with open_published(Home(home)) as published:
        last = published.query(_SOURCE)["source_profile"].to_list()
        if profile not in last:
            raise UsageError(
                f"The last run in {home} was of {', '.join(last)}, not of '{profile}': run it."
            )
        if "economics.price_shares" not in published.tables():
            raise UsageError(
                f"The last run in {home} does not say what moves the money: run again."
            )
        rows = published.query(_SHARES).to_dicts()
    if not rows:
        raise UsageError(
            "No failure is on record in the last run, so no price moves anything: none to rank."
        )
    return rows


def _write(file: Path, read: "Assumptions", shares: Sequence[dict[str, Any]], most: int) -> None:
    from pipelines.site.price_draft import draft

    if file.exists():
        raise UsageError(f"{file} is there already; move it away, or name another file.")
    today = datetime.now().astimezone().date()
    text = draft(read, shares, most=most, file=str(file), as_of=today)
    file.write_text(text, encoding="utf-8")
    asked = sum(row["is_asked"] for row in shares)
    first = f" The first {asked} matter most." if asked else ""
    say(f"Written: {file}.{first} Fill it in, then: lotwise run --assumptions {file}")


def _rows(read: "Assumptions", shares: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The numbers as JSON values, with their shares where those are asked for."""
    names = list(read.parameters) if shares is None else [row["name"] for row in shares]
    by_name = {row["name"]: row for row in shares or ()}
    rows = []
    for name in names:
        number = {field: getattr(read[name], field) for field in _FIELDS}
        number |= {end: float(number[end]) for end in ENDS}
        share = by_name.get(name)
        also = {} if share is None else {field: share[field] for field in _SHARE_FIELDS}
        rows.append(number | also)
    return rows


def _print_set(read: "Assumptions") -> None:
    from pipelines.site.price_draft import price_line

    say(f"{read.title} (set '{read.name}', {read.where})")
    for number in read.parameters.values():
        say(f"{price_line(number)}\n    {number.source}; {number.as_of}")


def _print_top(read: "Assumptions", shares: Sequence[dict[str, Any]], top: int) -> None:
    from pipelines.site.price_draft import price_line

    if shares[0]["priced"] == PricedMeasure.NET_PRESENT_VALUE:
        say("Share of the variance of the programme's net present value in the last run:")
    else:
        say(
            "No lever is in the programme of the last run, so no net present value can move.\n"
            "Share of the variance of the yearly cost of failures:"
        )
    for place, row in enumerate(shares[:top], start=1):
        mark = "  <- state this first" if row["is_asked"] else ""
        line = price_line(read[row["name"]])
        say(f"{place:>3}. {row['variance_share']:>6.1%}  {line}{mark}")
