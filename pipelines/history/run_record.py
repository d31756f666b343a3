"""``evidence.runs``: who ran what, on which records, by which version. Rows are kept for ever.

A run takes the number after the last one readers have seen. So a run that died before it was
published leaves nothing behind: the next one takes its number, here and in every table of
``history``. Runs that failed are told from Dagster's history, without a number.
"""

import getpass
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.core.as_of import END_OF_TIME
from assets.core.defs import as_of_date
from assets.defs import table_asset
from assets.run_settings import RunSettings
from assets.sources.inputs import hash_file
from data_contracts.tables import table
from pipelines.history.instance import COMMAND_TAG
from pipelines.site.installed_code import foundation_hash
from warehouse.published_copy.released_runs import published_runs
from warehouse.store import Warehouse

RUNS = "evidence.runs"
HASH_DIGITS = 16
FAILED = {
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "interrupted",
}
_SCHEDULE, _SENSOR = "dagster/schedule_name", "dagster/sensor_name"


@table_asset(
    RUNS,
    deps=["core.batches", "economics.assumptions"],
    group="evidence",
    resources={"run_settings", "warehouse"},
)
def runs(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Record the run, after those before it."""
    settings: RunSettings = context.resources.run_settings
    warehouse: Warehouse = context.resources.warehouse
    as_of = as_of_date(context)
    kept = _published(warehouse)
    began = context.instance.get_run_record_by_id(context.run.run_id)
    own = {
        "run_id": settings.run_id,
        "run_number": 1 + max((row["run_number"] or 0 for row in kept), default=0),
        "command": _command(context.run),
        "started_by": _account(),
        "source_profile": settings.profile.name,
        "source_key": settings.source_key,
        "as_of": None if as_of == END_OF_TIME else as_of,
        "is_look_back": settings.as_of is not None,
        "started_at": _instant(began.start_time if began else None) or _now(),
        "status": "published",
        "version": version("lotwise"),
        "commit": _commit(),
        **_hashes(settings, warehouse),
        "seed": settings.seed,
        "is_quick": settings.is_quick,
    }
    of_source = list(_of_source(context))
    ended = {row["run_id"]: row["ended_at"] for row in of_source}
    for row in kept:
        row["ended_at"] = row["ended_at"] or ended.get(row["run_id"])
    known = {row["run_id"] for row in (*kept, own)}
    failed = [row for row in of_source if row["status"] and row["run_id"] not in known]
    return table(RUNS, [*kept, *failed, own])


def _published(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return the rows of runs readers have seen, and of those that failed before."""
    if not warehouse.exists(RUNS):
        return []
    rows = warehouse.query(f"FROM {RUNS} ORDER BY started_at").to_dicts()
    for number, row in enumerate(rows, start=1):
        if "run_number" not in row:  # of a version that kept its last run only
            row |= {"run_number": number, "is_look_back": False}
    released = published_runs(warehouse.home, warehouse.source_key)
    seen = max((run.run_number or 0 for run, _ in released), default=None)
    return [row for row in rows if seen is None or (row["run_number"] or 0) <= seen]


def _of_source(context: dg.AssetExecutionContext) -> Iterator[dict[str, Any]]:
    """What Dagster knows of runs over this source; ``status`` is None for one that ended well."""
    settings: RunSettings = context.resources.run_settings
    own = _asked(context.run)
    for record in context.instance.get_run_records():
        run, asked = record.dagster_run, _asked(record.dagster_run)
        if any(asked.get(key) != own.get(key) for key in ("source", "data")):
            continue
        yield {
            "run_id": run.run_id,
            "command": _command(run),
            "source_profile": settings.profile.name,
            "source_key": settings.source_key,
            "is_look_back": asked.get("as_of") is not None,
            "started_at": _instant(record.start_time) or _naive(record.create_timestamp),
            "ended_at": _instant(record.end_time),
            "status": FAILED.get(run.status),
            "seed": asked.get("seed"),
            "is_quick": asked.get("quick"),
        }


def _asked(run: dg.DagsterRun) -> Mapping[str, Any]:
    """Return the settings a run was started with; none for one started as it stands in the UI."""
    config: Mapping[str, Any] = run.run_config
    asked: Mapping[str, Any] = config.get("resources", {}).get("run_settings", {}).get("config", {})
    return asked


def _command(run: dg.DagsterRun) -> str:
    by_itself = run.tags.get(_SCHEDULE) or run.tags.get(_SENSOR)
    job = f"job {run.job_name}"
    return run.tags.get(COMMAND_TAG) or (f"{by_itself}: {job}" if by_itself else job)


def _account() -> str | None:
    with suppress(OSError, KeyError):  # a container may run under a number without a name
        return getpass.getuser()
    return None


def _hashes(settings: RunSettings, warehouse: Warehouse) -> dict[str, str]:
    read = warehouse.query("SELECT file, sha256 FROM evidence.inputs ORDER BY ALL")
    profile = [hash_file(file) for file in settings.profile.written_in if file.is_file()]
    inputs = [f"{file} {digest}" for file, digest in read.iter_rows()]
    return {
        "code_hash": foundation_hash()[:HASH_DIGITS],
        "profile_hash": _hash("\n".join(profile)),
        "inputs_hash": _hash("\n".join(inputs)),
        "assumptions_hash": _hash(warehouse.content_hash("economics.assumptions")),
    }


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def _commit() -> str | None:
    """Return the revision of the checkout the product runs from; None where it is installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    with suppress(OSError, subprocess.SubprocessError):
        asked = ["git", "-C", str(root), "rev-parse", "HEAD"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)
        return said.stdout.strip()
    return None


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else _naive(datetime.fromtimestamp(seconds, UTC))


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
