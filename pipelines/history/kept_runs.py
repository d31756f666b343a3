"""How many runs Dagster remembers: their events are for finding out what went wrong, not for ever.

What a run said stays in the warehouse (``evidence.runs`` and the tables of ``history``).
"""

import dagster as dg

from pipelines.history.instance import events_dir
from warehouse.paths import Home

ENDED = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)


def forget_runs(instance: dg.DagsterInstance, home: Home, own_run_id: str, keep: int) -> int:
    """Remove the events of the oldest runs that have ended.

    Dagster empties the file of a run's events and leaves it at its size, so it is removed here.

    Args:
        instance: The history of the home whose lock is held.
        home: The home.
        own_run_id: The run at work, which is kept.
        keep: Runs that stay, this one included, at least 1.

    Returns:
        How many were removed.
    """
    found = instance.get_run_records(dg.RunsFilter(statuses=list(ENDED)), order_by="id")
    ended = [each.dagster_run.run_id for each in found if each.dagster_run.run_id != own_run_id]
    gone = ended[keep - 1 :]
    for run_id in gone:
        instance.delete_run(run_id)
    for file in events_dir(home).glob("*.db*"):
        if file.name.partition(".")[0] in gone:
            file.unlink(missing_ok=True)
    return len(gone)
