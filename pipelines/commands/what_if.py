"""``lotwise what-if``: what holding a parameter where somebody says would change, as recorded."""

import json
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import DATA_OR_CHECKS_FAILED, UsageError, WarehouseError
from pipelines.commands.assumptions import priced_request, with_records
from pipelines.commands.options import AssumptionsOption, HomeOption, JsonOption, SetOption
from pipelines.terminal.console import say

if TYPE_CHECKING:
    import polars as pl

    from assets.savings.records.business_records import BusinessRecords
    from warehouse.published_copy.published import PublishedWarehouse

DRAWS, RESAMPLES = 20_000, 100
# The copy remembers every run of its source: the last one is asked.
_RUN = """
SELECT run_id, source_profile FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1
"""


class HeldBy(StrEnum):
    """The kind of lever that would hold it."""

    WINDOW = "window"
    LOTS = "lots"
    MAINTENANCE = "maintenance"


def command(
    conditions: Annotated[
        list[str],
        typer.Argument(
            help='What is held where, as "granulation_end_moisture_pct in [1.8, 2.5]"; several are '
            "held at once."
        ),
    ],
    lever: Annotated[
        HeldBy,
        typer.Option("--lever", help="What holds it; maintenance: granulation <= 60."),
    ] = HeldBy.WINDOW,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="Which failures. Default: the priced ones with most."),
    ] = None,
    home: HomeOption = None,
    assumptions: AssumptionsOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the plant's own records what holding a parameter in a window would prevent, and earn."""
    from assets.run_settings import assumptions_in_force
    from assets.savings.what_if.answer import WhatIfAnswer, answer
    from assets.savings.what_if.conditions import parse_condition
    from data_contracts.profile import load_profile
    from pipelines.replay.asked_renewal import RenewalAnswer, asked_renewal
    from pipelines.site.asked_windows import remember_asked
    from pipelines.terminal.what_if_lines import answer_json, answer_lines
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    asked_for = [parse_condition(each) for each in conditions]
    request = priced_request(None, home, assumptions, settings)
    profile = load_profile(request.source)
    declared = assumptions_in_force(profile, request.assumptions, request.price_changes)
    prices = with_records(declared, request.home, profile.name)
    where = Home(request.home)
    with open_published(where) as published:
        run_id, source = published.query(_RUN).row(0)
        if source != profile.name:
            raise UsageError(
                f"The last run in {request.home} was of {source}, not of '{profile.name}': run it."
            )
        records, refused = _records(published)
        lives = _lives(published) if lever is HeldBy.MAINTENANCE else {}
    found: WhatIfAnswer | RenewalAnswer
    if lever is HeldBy.MAINTENANCE:
        found = asked_renewal(asked_for, prices, records, lives, draws=DRAWS, seed=request.seed)
        refusal, about = found.refusal, lever.value
    else:
        found = answer(
            asked_for,
            lever.value,
            prices,
            records,
            refused,
            outcome=outcome,
            draws=DRAWS,
            resamples=RESAMPLES,
            seed=request.seed,
        )
        refusal, about = found.held.refusal, found.outcome
    asked = remember_asked(where, run_id, _spelt(conditions, about))
    if as_json:
        typer.echo(json.dumps(answer_json(found, asked), indent=2))
    else:
        for line in answer_lines(found, asked):
            say(line)
    if refusal is not None and not refusal.is_doubt:
        raise typer.Exit(DATA_OR_CHECKS_FAILED)


def _lives(published: "PublishedWarehouse") -> dict[str, "pl.DataFrame"]:
    """Read what the lives of equipment are followed in."""
    from pipelines.replay.asked_renewal import LIFE_TABLES

    return {name: published.query(f"SELECT * FROM core.{name}") for name in LIFE_TABLES}


def _records(published: "PublishedWarehouse") -> tuple["BusinessRecords", "pl.DataFrame"]:
    """Read what a question rests on.

    Raises:
        WarehouseError: The run was made by a version that did not keep it.
    """
    from assets.savings.defs import EVIDENCE, RECORDS
    from assets.savings.records.business_records import BusinessRecords
    from data_contracts.catalogue import contract

    names = [*RECORDS, *EVIDENCE, "evidence.refused_features"]
    absent = sorted(set(names) - set(published.tables()))
    if absent:
        raise WarehouseError(
            f"The last run does not hold {', '.join(absent)}: run it again with this version."
        )
    tables = {contract(name).table: published.query(f"SELECT * FROM {name}") for name in names}
    own = {each.name for each in fields(BusinessRecords)}
    refused = tables.pop("refused_features")
    return BusinessRecords(**{name: tables[name] for name in own & tables.keys()}), refused


def _spelt(conditions: list[str], outcome: str) -> str:
    """Return a question spelt one way, whatever the order and the blanks."""
    return "; ".join([*sorted("".join(each.split()) for each in conditions), outcome])
