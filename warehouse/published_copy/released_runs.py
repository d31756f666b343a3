"""Which runs the releases of a home are of, and in which order they were put in place.

Order comes from a sequence, not from clocks. A release is put in place by turning a link after its
folder stands under its name, so one with a higher place than the release readers see was never
seen by anybody.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.paths import Home

RUN_FILE = "run.json"  # beside the published file of a release


@dataclass(frozen=True, slots=True)
class ReleasedRun:
    """The run a release is of.

    Attributes:
        source_key: Source it ran over.
        run_id: Its identity in ``evidence.runs``; None where the warehouse names none.
        run_number: Its number there.
        started_on: Date it started, UTC.
        source_profile: Profile of the source.
        is_look_back: Whether it was asked for an earlier instant.
        sequence: Place among all releases of the home, from 1.
    """

    source_key: str
    run_id: str | None = None
    run_number: int | None = None
    started_on: str = ""
    source_profile: str = ""
    is_look_back: bool = False
    sequence: int = 0

    @classmethod
    def of_row(cls, source_key: str, row: Mapping[str, Any]) -> "ReleasedRun":
        """Make it from a row of ``evidence.runs``."""
        started: date = row["started_at"].date()
        return cls(
            source_key=source_key,
            run_id=row["run_id"],
            run_number=row["run_number"],
            started_on=started.isoformat(),
            source_profile=row["source_profile"],
            is_look_back=bool(row["is_look_back"]),
        )

    @property
    def name(self) -> str | None:
        """Name of its release, for people: date, profile, number; None where it has no number."""
        if self.run_number is None:
            return None
        return f"{self.started_on}-{self.source_profile}-run-{self.run_number:04d}"


def releases(home: Home) -> list[Path]:
    """Return the folders of all releases, drafts apart."""
    if not home.releases_dir.is_dir():
        return []
    folders = sorted(home.releases_dir.iterdir())
    return [folder for folder in folders if not folder.name.startswith(".draft-")]


def run_of(release: Path) -> ReleasedRun | None:
    """Return the run of a release; None for one that is older than such notes."""
    try:
        return ReleasedRun(**json.loads(_file(release).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def note_run(home: Home, draft: Home, run: ReleasedRun) -> None:
    """Keep in a draft which run it is of, as the one after all releases of the home."""
    before = (run_of(folder) for folder in releases(home))
    place = 1 + max((each.sequence for each in before if each), default=0)
    noted = replace(run, sequence=place)
    _file(draft.root).write_text(json.dumps(asdict(noted)), encoding="utf-8")


def forget_unseen(home: Home, seen: Path) -> None:
    """Remove releases that got their name and were never put in place.

    Args:
        home: The runtime home; the caller holds its run lock.
        seen: Folder of the release readers see; the home itself where there is none.
    """
    latest = run_of(seen)
    for folder in releases(home):
        run = run_of(folder)
        if run is not None and run.sequence > (latest.sequence if latest else 0):
            shutil.rmtree(folder)


def published_runs(home: Home, source_key: str) -> list[tuple[ReleasedRun, Home]]:
    """Return the runs of a source that readers have seen and their releases, latest first.

    A release may have lost its warehouse to retention; its reports are then still there.
    """
    latest = run_of(home.latest_link.resolve()) if home.latest_link.is_symlink() else None
    found = [(run_of(folder), Home(folder)) for folder in releases(home)]
    own = [
        (run, release)
        for run, release in found
        if run is not None
        and run.source_key == source_key
        and run.sequence <= (latest.sequence if latest else 0)
    ]
    return sorted(own, key=lambda each: each[0].sequence, reverse=True)


def copy_of_run(home: Home, source_key: str, run_id: str) -> Home | None:
    """Return the release that still holds the warehouse of a run; None where none does."""
    of_run = [release for run, release in published_runs(home, source_key) if run.run_id == run_id]
    return next((each for each in of_run if each.published_file.is_file()), None)


def _file(release: Path) -> Path:
    return Home(release).published_file.with_name(RUN_FILE)
