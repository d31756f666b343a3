"""``lotwise publish``: publish again from the working warehouse, after a home has moved."""

from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say


def command(home: HomeOption = None) -> None:
    """Publish the last run's working warehouse again, with paths of where the home is now."""
    from pipelines.site.asked import home_of
    from warehouse.lock import run_lock
    from warehouse.paths import Home
    from warehouse.published_copy.published import last_source_key
    from warehouse.store import Warehouse

    where = Home(home_of(home))
    with run_lock(where, holder="lotwise publish"):
        file = Warehouse(where, last_source_key(where)).publish_again()
    say(f"Published: {file.absolute()}")
