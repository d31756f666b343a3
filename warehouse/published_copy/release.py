"""Releases: all that a run publishes, in one folder that is put in place by one rename.

A release has the folders of a home (``published``, ``reports/latest``, ``data_docs``), made whole
before anybody sees it. The link ``latest`` of the home leads to the release that readers see, and
the home's own folders lead through it. So turning that one link changes warehouse and reports
together, and a run that is stopped on the way has changed nothing. What a release holds is made
elsewhere; how long it is kept is said in ``retention``.
"""

import os
import shutil
import uuid
from pathlib import Path

from data_contracts.errors import WarehouseError
from warehouse.paths import Home
from warehouse.published_copy.released_runs import (
    ReleasedRun,
    forget_unseen,
    note_run,
    releases,
)

# DuckDB creates a copy's write-ahead log here, and replays one that stands here into whatever copy
# it opens. A link into a folder that does not exist lets it do neither: it reads as if there were
# no log, and no transaction can be committed, not even by root, whom permissions do not stop.
NO_LOG = Path("published-copies-are-read-only", "no-log")
READ_ONLY = 0o444


def released(home: Home) -> Home:
    """Return the release readers see, a home of its own; the home itself where it has none.

    Whoever opens the warehouse and the reports through one answer has a pair of one run.
    """
    return Home(home.latest_link.resolve()) if home.latest_link.is_symlink() else home


def draft_of(home: Home, source_key: str) -> Home:
    """Return where the next release of a source is made."""
    return Home(home.releases_dir / f".draft-{source_key}")


def begin_draft(home: Home, source_key: str) -> Home:
    """Begin a release anew, in place of one that was not put in place."""
    discard_draft(home, source_key)
    draft = draft_of(home, source_key)
    draft.published_file.parent.mkdir(parents=True)
    return draft


def discard_draft(home: Home, source_key: str) -> None:
    """Remove a release that was not put in place, if there is one."""
    draft = draft_of(home, source_key).root
    if draft.exists():
        shutil.rmtree(draft)


def put_in_place(home: Home, source_key: str, run: ReleasedRun) -> None:
    """Let readers see a source's draft from now on.

    Args:
        home: The runtime home; the caller holds its run lock.
        source_key: The source.
        run: The run the draft is of; its place among the releases is given here.

    Raises:
        WarehouseError: There is no draft; what readers see is as it was.
    """
    draft = draft_of(home, source_key)
    if not draft.published_file.is_file():
        raise WarehouseError(
            f"No copy of {source_key} is ready to be published in {home.root}: the run that makes "
            "it did not reach its end. Run 'lotwise run' for this source again."
        )
    forget_unseen(home, released(home).root)
    _carry_over(released(home), draft, source_key)
    draft.published_source_file.write_text(source_key + "\n", encoding="utf-8")
    note_run(home, draft, run)
    draft.published_file.chmod(READ_ONLY)
    log_of(draft.published_file).symlink_to(NO_LOG)
    _sync_all(draft.root)
    release = _free_name(home, run)
    draft.root.rename(release)
    sync(home.releases_dir)
    _turn(home.latest_link, release.relative_to(home.root))
    _lead_through_latest(home)
    sync(home.root)


def log_of(file: Path) -> Path:
    """Return where DuckDB keeps the write-ahead log of a file."""
    return file.with_name(f"{file.name}.wal")


def earlier_releases(home: Home) -> list[Path]:
    """Return the folders of all releases but the one readers see; drafts are none."""
    seen = released(home).root
    return [folder for folder in releases(home) if folder.resolve() != seen]


def lead_to_reports(home: Home) -> None:
    """Let every release whose reports are kept be found by its name beside the latest reports."""
    place = home.reports_dir.parent
    kept = {folder.name for folder in releases(home) if Home(folder).reports_dir.is_dir()}
    for link in place.iterdir():
        if link.is_symlink() and link.name not in kept | {home.reports_dir.name}:
            link.unlink()
    for name in sorted(kept):
        if not (place / name).exists():
            _turn(place / name, Path("..", home.releases_dir.name, name, *_inside(home)))


def _inside(home: Home) -> tuple[str, ...]:
    """Where the reports lie in a release."""
    return home.reports_dir.relative_to(home.root).parts


def _free_name(home: Home, run: ReleasedRun) -> Path:
    """Name a release after its run; the same run published once more is told apart."""
    own = run.name or uuid.uuid4().hex[:12]
    name, again = own, 2
    while (home.releases_dir / name).exists():
        name, again = f"{own}-{again}", again + 1
    return home.releases_dir / name


def sync(path: Path) -> None:
    """Make a file or a folder's entries survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _carry_over(before: Home, draft: Home, source_key: str) -> None:
    """Keep the pages of the release before where the draft was made without any of its own."""
    own = before.published_source_file
    if not own.is_file() or own.read_bytes().decode(errors="replace").strip() != source_key:
        return
    reports = before.reports_dir if before.reports_dir.is_dir() else before.reports_dir.parent
    pages = ((reports, draft.reports_dir), (before.data_docs_dir, draft.data_docs_dir))
    for kept, place in pages:
        if kept.is_dir() and not place.exists():
            shutil.copytree(kept, place)


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if not path.is_symlink():
            sync(path)
    sync(folder)


def _turn(link: Path, target: Path) -> None:
    """Let a link lead to a target, in one rename whatever it led to before."""
    beside = link.with_name(f".{link.name}-{uuid.uuid4().hex[:12]}")
    beside.symlink_to(target)
    beside.replace(link)


def _lead_through_latest(home: Home) -> None:
    """Let the names people know lead to the release; folders of a home from before go with it."""
    older = home.releases_dir / f"before-{uuid.uuid4().hex[:12]}"
    _make_place_for_reports(home, older)
    for place in (home.published_file.parent, home.data_docs_dir, home.reports_dir):
        if place.is_symlink():
            continue
        if place.exists():
            older.mkdir(exist_ok=True)
            place.rename(older / place.name)
        inside = place.relative_to(home.root)
        _turn(place, Path(*[".."] * (len(inside.parts) - 1), home.latest_link.name, inside))
    for leftover in home.root.glob(f".{home.latest_link.name}-*"):
        leftover.unlink()


def _make_place_for_reports(home: Home, older: Path) -> None:
    """Make the folder of reports, in place of what a home from before has under its name."""
    place = home.reports_dir.parent
    if place.is_symlink():
        place.unlink()
    elif place.is_dir() and any(entry.is_file() for entry in place.iterdir()):
        older.mkdir(exist_ok=True)
        place.rename(older / place.name)
    place.mkdir(exist_ok=True)
