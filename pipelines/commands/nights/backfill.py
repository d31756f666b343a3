"""``lotwise backfill``: sensor readings and features of some months anew."""

from datetime import date, timedelta
from typing import Annotated

import typer

from data_contracts.errors import UsageError
from pipelines.commands.options import DataOption, HomeOption, SourceOption
from pipelines.terminal.console import terminal

MOST_MONTHS = 240


def command(
    first: Annotated[str, typer.Argument(help="First month, as 2024-01.")],
    last: Annotated[str | None, typer.Argument(help="Last month; default: the first.")] = None,
    source: SourceOption = None,
    data: DataOption = None,
    home: HomeOption = None,
) -> None:
    """Place the readings of some months and compute their features anew, month by month.

    Give the options of the run it is about; the next night judges and publishes them.
    """
    months = _months(first, last or first)

    from pipelines.jobs import SENSOR_MONTH_JOB
    from pipelines.runner import run_job
    from pipelines.site.asked import asked

    request = asked(source, data=data, home=home, assumptions=None, seed=None)
    console = terminal()
    for month in months:
        console.print(f"{month:%Y-%m}", highlight=False)
        run_job(SENSOR_MONTH_JOB, request, console, partition=month.isoformat())


def _months(first: str, last: str) -> list[date]:
    """The first days of all months from one to another."""
    begin, end = _month(first), _month(last)
    months = [begin]
    while months[-1] < end and len(months) <= MOST_MONTHS:
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    if begin > end or len(months) > MOST_MONTHS:
        raise UsageError(
            f"{first} to {last} is no stretch of 1 to {MOST_MONTHS} months; name the earlier first."
        )
    return months


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageError(f"'{text}' is no month; write one as 2024-01.") from None
