"""A schedule whose last run has not ended asks for no other."""

import dagster as dg
import pytest

from pipelines.history.instance import SOURCE_TAG
from pipelines.jobs import MAIN_JOB, NIGHTLY_JOB
from pipelines.schedules import is_under_way

STATUS = dg.DagsterRunStatus


@pytest.mark.parametrize(
    ("status", "job", "source", "is_told"),
    [
        (STATUS.STARTING, NIGHTLY_JOB, "plant", True),
        (STATUS.STARTED, NIGHTLY_JOB, "plant", True),
        (STATUS.NOT_STARTED, NIGHTLY_JOB, "plant", False),  # killed before it was launched
        (STATUS.SUCCESS, NIGHTLY_JOB, "plant", False),
        (STATUS.FAILURE, NIGHTLY_JOB, "plant", False),
        (STATUS.STARTED, NIGHTLY_JOB, "other", False),
        (STATUS.STARTED, MAIN_JOB, "plant", False),
    ],
)
def test_a_run_that_has_not_ended_is_under_way(
    status: STATUS, job: str, source: str, is_told: bool
) -> None:
    run = dg.DagsterRun(job_name=job, run_id="a run", status=status, tags={SOURCE_TAG: source})
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_run(run)
        assert is_under_way(instance, NIGHTLY_JOB, "plant") is is_told
