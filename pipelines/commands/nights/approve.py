"""``lotwise approve``: let a model version raise alarms in the place of one that was stopped."""

from typing import Annotated

import typer

from data_contracts.errors import UsageError
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say

_AWAITED = """
SELECT model_version, string_agg(concat(outcome, ' at gate ', gate), ', ' ORDER BY gate) AS what
FROM model.model_standing WHERE state = 'awaits_approval' GROUP BY model_version ORDER BY ALL
"""


def command(
    model_version: Annotated[str, typer.Argument(help="Version, as the report names it.")],
    by: Annotated[str, typer.Option("--by", help="Who approves it.")],
    home: HomeOption = None,
) -> None:
    """Approve a model version in place of a stopped one; the next night lets it raise alarms."""
    from pipelines.site.asked import home_of
    from warehouse.noted.approvals import approve
    from warehouse.paths import Home
    from warehouse.published_copy.published import last_source_key, open_published

    where = Home(home_of(home))
    if not by.strip():
        raise UsageError("--by is empty: say who approves the model.")
    with open_published(where) as published:
        has_standing = "model.model_standing" in published.tables()
        awaited = dict(published.query(_AWAITED).iter_rows()) if has_standing else {}
    if model_version not in awaited:
        names = ", ".join(sorted(awaited)) or "none does"
        raise UsageError(f"'{model_version}' awaits no approval in {where.root}; {names}.")
    approve(where, last_source_key(where), model_version, by.strip())
    say(
        f"{model_version} ({awaited[model_version]}) is approved by {by.strip()}. The next "
        "'lotwise nightly' lets it raise alarms."
    )
