"""``lotwise approve``: a model version in the place of a stopped one, or a frozen protocol."""

from pathlib import Path
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
    named: Annotated[
        str, typer.Argument(help="Model version as the report names it, or a frozen protocol.")
    ],
    by: Annotated[str, typer.Option("--by", help="Who approves it.")],
    home: HomeOption = None,
) -> None:
    """Approve a model version in place of a stopped one, or a protocol that somebody else froze."""
    from pipelines.site.asked import home_of
    from warehouse.noted.approvals import approve
    from warehouse.paths import Home
    from warehouse.published_copy.published import last_source_key, open_published

    where = Home(home_of(home))
    if not by.strip():
        raise UsageError("--by is empty: say who approves it.")
    if _is_protocol(home, named, by.strip()):
        return
    with open_published(where) as published:
        has_standing = "model.model_standing" in published.tables()
        awaited = dict(published.query(_AWAITED).iter_rows()) if has_standing else {}
    if named not in awaited:
        names = ", ".join(sorted(awaited)) or "none does"
        raise UsageError(f"'{named}' awaits no approval in {where.root}; {names}.")
    approve(where, last_source_key(where), named, by.strip())
    say(
        f"{named} ({awaited[named]}) is approved by {by.strip()}. The next "
        "'lotwise nightly' lets it raise alarms."
    )


def _is_protocol(home: Path | None, named: str, by: str) -> bool:
    """Approve a frozen protocol of that name or id, where there is one."""
    from pipelines.commands.evidence.last_run import last_run

    with last_run(home) as (conduct, _):
        if conduct.found(named) is None:
            return False
        row = conduct.approve(named, by)
    say(
        f"'{row['title']}' ({row['protocol_id'][:12]}), frozen by {row['frozen_by']}, is approved "
        f"by {by}. Next: lotwise protocol --run FILE --by NAME"
    )
    return True
