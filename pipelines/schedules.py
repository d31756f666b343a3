"""When jobs run by themselves: as the site file says, per source, with its configuration.

Without a site file nothing is scheduled: no schedule could know which records are meant.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from data_contracts.assumptions import names_built_in
from data_contracts.errors import LotwiseError, RunLockedError
from pipelines.history.alerts import RunFailure, tell
from pipelines.history.dead_runs import AT_WORK, close_dead_runs
from pipelines.history.file_watch import Watch, fingerprint
from pipelines.history.instance import SOURCE_TAG
from pipelines.jobs import JOB_OF_SCHEDULE, MAIN_JOB, NIGHTLY_JOB
from pipelines.site.last_requests import key_of
from pipelines.site.nothing_new import NOTHING_NEW, delivered_files, is_nothing_new
from pipelines.site.run_request import RunRequest
from pipelines.site.site_file import Site, Source
from warehouse.lock import run_lock
from warehouse.paths import Home

WATCH_SECONDS = 30
RUNNING = dg.DefaultScheduleStatus.RUNNING
UNDER_WAY = "{job} of {source} waits or runs; what came meanwhile is taken in by the next."
NOT_REFITTED = "No run over {source} has reached its end in {home}; the refit comes first."


def schedules(site: Site) -> list[dg.ScheduleDefinition]:
    """Return every schedule of a site, on from the start: the site file is where they are declared.

    Args:
        site: The site.
    """
    return [
        _schedule(site, source, asked, cron)
        for source in site.sources.values()
        for asked, cron in source.crons.items()
    ]


def sensors(site: Site, jobs: Sequence[Any]) -> list[dg.SensorDefinition]:
    """Return a file sensor per watched source, and the one that tells of failed runs.

    Args:
        site: The site.
        jobs: Every job; a sensor runs a source's first refit, and its nights.
    """
    ran = [job for job in jobs if job.name in (MAIN_JOB, NIGHTLY_JOB)]
    watched = [_file_sensor(site, each, ran) for each in site.sources.values() if each.is_watched]
    return [*watched, _failure_sensor(site)]


def _schedule(site: Site, source: Source, asked: str, cron: str) -> dg.ScheduleDefinition:
    job = JOB_OF_SCHEDULE[asked]

    @dg.schedule(
        name=f"{asked}_{source.name}",
        job_name=job,
        cron_schedule=cron,
        execution_timezone=site.timezone,
        default_status=RUNNING,
        description=f"{job} of {source.name}, as {site.file.name} says.",
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        unblock(context.instance, site.home)
        home, request = Home(site.home), RunRequest.of_source(site, source)
        key = key_of(home, request)
        if job != MAIN_JOB and key is None:
            return dg.SkipReason(NOT_REFITTED.format(source=source.name, home=site.home))
        if job == NIGHTLY_JOB and key is not None and is_nothing_new(home, key, request):
            return dg.SkipReason(NOTHING_NEW)
        # A run is known to have seen everything only when it ends: ticks that come faster than
        # runs end would queue one after the other, for ever.
        if is_under_way(context.instance, job, source.name):
            return dg.SkipReason(UNDER_WAY.format(job=job, source=source.name))
        return _requested(site, source, job)

    return due


def _file_sensor(site: Site, source: Source, jobs: Sequence[Any]) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"files_of_{source.name}",
        jobs=jobs,
        minimum_interval_seconds=WATCH_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Runs {source.name} once newly delivered files are all there.",
    )
    def delivered(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        unblock(context.instance, site.home)
        now = fingerprint(_files(site, source))
        watch, reason = Watch.from_cursor(context.cursor).looked(now)
        if reason is not None:
            return dg.SensorResult(skip_reason=reason, cursor=watch.cursor())
        job = NIGHTLY_JOB if _was_run(site, source) else MAIN_JOB
        request = _requested(site, source, job, run_key=now)
        return dg.SensorResult(run_requests=[request], cursor=watch.cursor())

    return delivered


def _failure_sensor(site: Site) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="failed_runs",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of failed runs by webhook and mail, as the site file says.",
    )
    def failed(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        failure = RunFailure(
            job=run.job_name,
            source=run.tags.get(SOURCE_TAG, "a source"),
            home=str(site.home),
            run_id=run.run_id,
            reason=_reason(context),
        )
        for problem in tell(site.alerts, failure):
            context.log.error(problem)

    return failed


def _reason(context: dg.RunFailureSensorContext) -> str:
    """What went wrong in our own words where a step said it, else Dagster's message."""
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None:
            if _is_ours(error.cls_name):
                return str(error.message.split(": ", 1)[-1].strip())
            error = error.cause
    return str(context.failure_event.message)


def _is_ours(class_name: str | None) -> bool:
    return class_name in {each.__name__ for each in _subclasses(LotwiseError)}


def _subclasses(kind: type[LotwiseError]) -> Iterator[type[LotwiseError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _subclasses(each)


def unblock(instance: dg.DagsterInstance, home: Path) -> None:
    """Close runs that died, where no run is at work: they would keep the next one waiting."""
    try:
        with run_lock(Home(home), holder="a look at the run history"):
            close_dead_runs(instance, None)
    except RunLockedError:
        return  # whoever holds the home closes them


def is_under_way(instance: dg.DagsterInstance, job: str, source: str) -> bool:
    """Tell whether a run of a job over a source waits in the queue or is at work.

    A run that was made and never launched, as one killed at once, is neither: nobody would close
    it, and it would keep every later one away.

    Args:
        instance: The history of the home; runs that died are closed (``unblock``).
        job: Name of the job.
        source: Name of the source in the site file.
    """
    tags = {SOURCE_TAG: source}
    asked = dg.RunsFilter(job_name=job, tags=tags, statuses=[dg.DagsterRunStatus.QUEUED, *AT_WORK])
    return instance.get_runs_count(asked) > 0


def _was_run(site: Site, source: Source) -> bool:
    return key_of(Home(site.home), RunRequest.of_source(site, source)) is not None


def _files(site: Site, source: Source) -> list[Path]:
    """Every file a run of a source depends on, as they lie there now.

    Raises:
        LotwiseError: The profile or the folder cannot be read; the tick says so.
    """
    prices = source.assumptions
    own = [] if prices is None or names_built_in(prices) else [prices]
    delivered = delivered_files(RunRequest.of_source(site, source))
    if delivered is None:
        return own
    profile, _, files = delivered
    return [*own, *profile.written_in, *files]


def _requested(site: Site, source: Source, job: str, run_key: str | None = None) -> dg.RunRequest:
    config: dict[str, Any] = RunRequest.of_source(site, source).run_config()
    return dg.RunRequest(
        run_key=run_key, job_name=job, run_config=config, tags={SOURCE_TAG: source.name}
    )
