"""``lotwise review``: the annual review pack of a product and year."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say


def command(
    product: Annotated[str, typer.Option("--product", help="Product code.")],
    year: Annotated[
        int, typer.Option("--year", min=1900, max=2200, help="Year in which batches began.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder; the reports of the last run if not given."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the annual review of a product: PDF, workbook, and the claims both are drawn from.

    Packs that lie beside the reports are asked again by 'lotwise verify'.
    """
    from pipelines.site.asked import home_of
    from reports.annual_review.pack import write_pack
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published
    from warehouse.published_copy.release import released

    where = Home(home_of(home))
    release = released(where)
    with open_published(release) as published:
        files = write_pack(published, product, year, out or release.reports_dir)
    for file in files:
        say(str(file.absolute() if out else where.reports_dir / file.name))
