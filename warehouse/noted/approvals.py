"""Who approved which model version, by name: kept beside the warehouses, only added to.

A version that takes the place of a stopped one raises no alarms until somebody has looked at both
and said so. What is approved is said by the version's own name, so that a later fit is another.
"""

import json
from datetime import UTC, datetime

from warehouse.noted.lines import add_line
from warehouse.paths import Home


def approvals(home: Home, source_key: str) -> dict[str, str]:
    """Return who approved each version, the first to do so; a spoilt line counts as none.

    Args:
        home: The runtime home.
        source_key: The source.
    """
    file = home.approvals_file(source_key)
    found: dict[str, str] = {}
    if not file.is_file():
        return found
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            said = json.loads(line)
            found.setdefault(str(said["model_version"]), str(said["by"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def approve(home: Home, source_key: str, model_version: str, by: str) -> None:
    """Add an approval.

    Args:
        home: The runtime home.
        source_key: The source.
        model_version: Version approved.
        by: Who approved it.
    """
    file = home.approvals_file(source_key)
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    add_line(file, json.dumps({"model_version": model_version, "by": by, "at": at}))
