"""``lotwise verification-plan``: draft a plan of process verification from the records."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_contracts.errors import UsageError, WarehouseError
from data_contracts.untrusted.inert_text import visible
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say

if TYPE_CHECKING:
    import polars as pl

    from warehouse.published_copy.published import PublishedWarehouse

JUDGED = ("core.outcome_definitions", "core.outcome_margins", "finding.drivers")


def command(
    draft: Annotated[
        bool, typer.Option("--draft", help="Propose a plan from the records of the last run.")
    ] = False,
    product: Annotated[
        str | None, typer.Option("--product", help="Only of this product; all by default.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for one YAML a product; printed if not given."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Draft a plan: what is charted how and why, what is critical, and what of that is not."""
    from assets.process_verification.plan.plan_text import plan_text
    from pipelines.site.asked import home_of
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    if not draft:
        raise UsageError(
            "Say --draft: a plan is proposed from the records. The plan in force is in "
            "finding.chart_plan ('lotwise sql \"FROM finding.chart_plan\"')."
        )
    with open_published(Home(home_of(home))) as published:
        plan = _drafted(published)
    products = plan.filter(plan["standing"] == "charted")["product"].unique().sort().to_list()
    if product is not None and product not in products:
        raise UsageError(
            f"Nothing of product {product!r} can be charted. It can of: {', '.join(products)}."
        )
    for name in products if product is None else [product]:
        text = plan_text(plan, name)
        if out is None:
            typer.echo(visible(text))
            continue
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"{_file_name(name)}.yaml"
        if file.exists():
            raise UsageError(f"{file} exists: name another folder, or move it away.")
        file.write_text(text, encoding="utf-8")
        say(f"{file}: name it under 'verification_plan' in the profile once it is approved.")


def _drafted(published: "PublishedWarehouse") -> "pl.DataFrame":
    from assets.process_verification.defs import CHARTED
    from assets.process_verification.verification import ChartedRecords, chart_plan

    absent = sorted({*CHARTED, *JUDGED} - set(published.tables()))
    if absent:
        raise WarehouseError(f"The last run does not hold {', '.join(absent)}: run it again.")
    records = {name.split(".")[1]: published.query(f"FROM {name}") for name in CHARTED}
    definitions, margins, drivers = (published.query(f"FROM {name}") for name in JUDGED)
    return chart_plan(ChartedRecords(**records), definitions, margins, drivers)


def _file_name(product: str) -> str:
    """A product's name as a file's: what is no letter or digit is an underscore."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in product)
