"""``lotwise freeze``: hash a protocol, its data and what it tests, before anything is scored."""

from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import UsageError
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say


def command(
    file: Annotated[Path, typer.Argument(help="The protocol, YAML.")],
    by: Annotated[str, typer.Option("--by", help="Who freezes it.")],
    home: HomeOption = None,
) -> None:
    """Freeze a protocol: what is changed in it afterwards makes its run refuse."""
    from pipelines.commands.evidence.last_run import last_run

    if not by.strip():
        raise UsageError("--by is empty: say who freezes the protocol.")
    with last_run(home) as (conduct, _):
        frozen = conduct.freeze(file, by.strip())
    say(f"Frozen by {by.strip()}: {frozen.content['title']}")
    say(f"  protocol   {frozen.protocol_id}")
    for name, value in sorted(frozen.subject.items()):
        say(f"  tested     {name}: {value}")
    for name, digest in sorted(frozen.data.items()):
        say(f"  data       {name}: {digest['sha256'][:16]}, {digest['rows']:,} rows")
    say(f"Next: lotwise approve {frozen.protocol_id[:12]} --by NAME")
