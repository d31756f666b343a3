"""Runs whose process died: nobody told Dagster, so they would count as running for ever.

At one run at a time such a run keeps every later one waiting. Whoever holds the home's lock knows
that no other run is at work in it, and closes them.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

# A run that has only just been launched may not have reached the lock yet.
GRACE = timedelta(minutes=2)
AT_WORK = (
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.CANCELING,
)


def close_dead_runs(
    instance: dg.DagsterInstance, own_run_id: str | None, now: datetime | None = None
) -> list[str]:
    """Report as failed every run that is recorded as running and cannot be; hold the lock first.

    Args:
        instance: The history of the home whose lock is held.
        own_run_id: The run that holds it: another that has started could only be refused. None
            where no run does; one that has only just started may then still be on its way.
        now: UTC instant; None for the clock's.

    Returns:
        Identifiers of the runs closed.
    """
    moment = now or datetime.now(UTC)
    closed = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(AT_WORK))):
        run = record.dagster_run
        if run.run_id == own_run_id:
            continue
        may_come = run.status is dg.DagsterRunStatus.STARTING or own_run_id is None
        if may_come and moment - _since(record) < GRACE:
            continue
        instance.report_run_failed(
            run, "Its process ended without a word (killed, or the machine stopped)."
        )
        closed.append(run.run_id)
    return closed


def _since(record: dg.RunRecord) -> datetime:
    if record.start_time is None:  # it may have waited in the queue for long before
        return record.update_timestamp
    return datetime.fromtimestamp(record.start_time, UTC)
