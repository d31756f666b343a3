"""When jobs run by themselves: every night what is new, every month the refit and its self-test."""

import dagster as dg

from pipelines.jobs import MAIN_JOB, NIGHTLY_JOB, SELF_TEST_JOB

NIGHTLY_CRON = "30 2 * * *"  # after the plant systems' midnight exports have landed
MONTHLY_CRON = "0 4 1 * *"
SELF_TEST_CRON = "0 8 1 * *"  # on the tables of the refit


def schedules() -> list[dg.ScheduleDefinition]:
    """Return the nightly schedule, the monthly refit and its self-test, off until switched on."""
    return [
        dg.ScheduleDefinition(
            name="nightly",
            job_name=NIGHTLY_JOB,
            cron_schedule=NIGHTLY_CRON,
            execution_timezone="UTC",
        ),
        dg.ScheduleDefinition(
            name="monthly_refit",
            job_name=MAIN_JOB,
            cron_schedule=MONTHLY_CRON,
            execution_timezone="UTC",
        ),
        dg.ScheduleDefinition(
            name="monthly_self_test",
            job_name=SELF_TEST_JOB,
            cron_schedule=SELF_TEST_CRON,
            execution_timezone="UTC",
        ),
    ]
