"""``lotwise init``: a first site file, from what lies here and a question or two."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from data_contracts.errors import UsageError
from pipelines.commands.options import AssumptionsOption, DataOption, HomeOption
from pipelines.terminal.console import say


def command(
    source: Annotated[
        str | None,
        typer.Option("--source", help="Built-in profile or a YAML path; default: all found here."),
    ] = None,
    data: DataOption = None,
    home: HomeOption = None,
    assumptions: AssumptionsOption = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Of the schedules, such as Europe/Zurich.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, take what is proposed.")] = False,
) -> None:
    """Write lotwise.yaml into this folder: sources, schedules and alerts of one plant."""
    from pipelines.site.asked import DEFAULT_HOME
    from pipelines.site.first_site import NIGHTLY, found_sources, site_text
    from pipelines.site.run_request import RunRequest
    from pipelines.site.site_file import SITE_FILE, read_site

    folder = Path.cwd()
    file = folder / SITE_FILE
    if file.exists():
        raise UsageError(f"{file} is there already; change it, or move it away first.")
    is_asking = sys.stdin.isatty() and not yes
    where = home or Path(_answer("Runtime home", str(DEFAULT_HOME), is_asking))
    if source is not None:
        name = "".join(sign if sign.isalnum() else "_" for sign in Path(source).stem)
        sources = {name: RunRequest(where, source, data, assumptions)}
    else:
        sources = found_sources(folder, where)
    if not sources:
        raise UsageError(
            f"No run in {where} and no profile in {folder} to schedule. Name one: lotwise init "
            "--source PROFILE --data DIR ('lotwise profile FILE...' drafts a profile)."
        )
    zone = timezone or _answer("Time zone of the schedules", "UTC", is_asking)
    nightly = _answer("Nights (minute hour day month weekday)", NIGHTLY, is_asking)
    file.write_text(site_text(folder, where, zone, sources, nightly), encoding="utf-8")
    try:
        read_site(file)
    except Exception:
        file.unlink()  # what cannot be read is not left behind
        raise
    names = ", ".join(sources)
    say(f"Written: {file}\nSources: {names}. Read it, then: lotwise nightly, lotwise serve")


def _answer(question: str, proposed: str, is_asking: bool) -> str:
    return str(typer.prompt(question, default=proposed)) if is_asking else proposed
