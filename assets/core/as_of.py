"""The as-of date: up to which instant records count as known."""

from datetime import datetime

END_OF_TIME = datetime.fromisoformat("9999-12-31")  # naive, as all instants here


def as_of_instant(asked: datetime | None, latest: datetime | None) -> datetime:
    """Choose the as-of date of a run.

    Args:
        asked: What the user asked for, UTC; None for the default.
        latest: Latest instant in the data (never the wall clock, so that old records keep their
            answers); None where the source has no instants.

    Returns:
        The asked instant, else the latest, else the end of time: where nothing has an instant
        everything is known.
    """
    return asked or latest or END_OF_TIME
