"""``lotwise serve``: the site's schedules and sensors, with Dagster's UI on localhost."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say


def command(
    home: HomeOption = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the UI.")] = 3000,
    no_ui: Annotated[
        bool, typer.Option("--no-ui", help="Schedules and sensors alone, for a server.")
    ] = False,
) -> None:
    """Run what the site file schedules until stopped; every run of the home is in its UI.

    Without a site file the UI shows the home's runs and nothing runs by itself.
    """
    from pipelines.history.instance import write_settings
    from pipelines.site.asked import SITE_VARIABLE, find_site, home_of
    from warehouse.paths import Home
    from warehouse.usable_home import require_usable

    site, where = find_site(home), Home(home_of(home))
    require_usable(where)
    folder = write_settings(where)
    environment = {**os.environ, "DAGSTER_HOME": str(folder)}
    if site is not None:
        environment[SITE_VARIABLE] = str(site.file)
        say(f"Site: {site.file}")
    else:
        say("No site file here: nothing runs by itself. 'lotwise init' writes one.")
    programs = Path(sys.executable).parent
    code = ["-m", "pipelines.definitions"]
    if no_ui:
        command_line = [str(programs / "dagster-daemon"), "run", *code]
    else:
        place = ["-h", "127.0.0.1", "-p", str(port)]
        command_line = [str(programs / "dagster"), "dev", *code, *place]
        say(f"UI: http://127.0.0.1:{port}")
    sys.stdout.flush()
    os.execve(command_line[0], command_line, environment)
