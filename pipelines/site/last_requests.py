"""The last request of every source of a home, so that a night can ask for the same by itself.

Kept beside the source's working warehouse and never published: it holds paths of this machine.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_contracts.errors import UsageError
from pipelines.site.run_request import RunRequest
from warehouse.paths import Home

REQUEST_FILE = "request.json"


def remember(home: Home, key: str, settings: Mapping[str, Any]) -> RunRequest:
    """Keep what was asked of a source, in place of what was asked before.

    Args:
        home: The runtime home.
        key: Of the source.
        settings: Configuration of ``run_settings`` of a run that published.

    Returns:
        The request.
    """
    request = RunRequest.from_settings(home.root, settings)
    file = home.work_dir(key) / REQUEST_FILE
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(request.settings(), indent=2), encoding="utf-8")
    beside.replace(file)
    return request


def remembered(home: Home) -> dict[str, RunRequest]:
    """Return the last request of every source of a home, by source key, in the order of keys."""
    found = {}
    for file in sorted(home.root.glob(f"work/*/{REQUEST_FILE}")):
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            found[file.parent.name] = RunRequest.from_settings(home.root, said)
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            continue  # as if it had never been asked; the next run writes it anew
    return found


def key_of(home: Home, request: RunRequest) -> str | None:
    """Return the key of a request's source; None where no run over it has reached its end."""
    own = request.settings()
    for key, each in remembered(home).items():
        known = each.settings()
        if all(known.get(name) == own.get(name) for name in ("source", "data")):
            return key
    return None


def remembered_of(home: Home, source: str | None) -> list[RunRequest]:
    """Return the last requests of a home, or of one source of it.

    Args:
        home: The runtime home.
        source: A profile, as it was named when it was run; None for all.

    Raises:
        UsageError: There is none.
    """
    known = list(remembered(home).values())
    if source is None:
        chosen = known
    else:
        named = str(Path(source).resolve())
        chosen = [each for each in known if each.source in (source, named)]
    if not chosen:
        runs = ", ".join(sorted({each.source for each in known}))
        hint = f"Known here: {runs}." if runs else "Run 'lotwise run' for it first."
        asked_for = f"No run over {source}" if source else "No run"
        raise UsageError(f"{asked_for} in {home.root} has reached its end. {hint}")
    return chosen
