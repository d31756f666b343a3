"""A first site file, drafted from what lies around: runs of the home, profiles in the folder."""

import re
from collections.abc import Mapping
from pathlib import Path

from assets.run_settings import PLANT_OF_PROFILE
from data_contracts.assumptions import names_built_in
from data_contracts.errors import ProfileError
from data_contracts.profile import load_profile
from pipelines.site.last_requests import remembered
from pipelines.site.run_request import RunRequest
from pipelines.site.site_file import SOURCE_NAME
from warehouse.paths import Home

NIGHTLY, REFIT, SELF_TEST = "30 2 * * *", "0 4 1 * *", "0 8 1 * *"
LONGEST_NAME = 60

_HEAD = """\
# What this plant's lotwise runs, when, and whom it tells. Paths are relative to this file.
# 'lotwise serve' runs the schedules below; 'lotwise nightly' runs a night by hand or from cron.
home: {home}
timezone: {timezone}
"""
_SOURCE = """\
  {name}:
    profile: {profile}
{places}\
    schedules:               # minute hour day month weekday
      nightly: "{nightly}"   # take in what is new, score it by the kept models, report
      refit: "{refit}"       # everything anew, models and verdicts too
      self_test: "{self_test}"   # what the refit would have found
    watch_files: {watch}
"""
_ALERTS = """\
# alerts:                      # of runs that failed; passwords stay in the environment
#   webhook: https://chat.example.com/hooks/...
#   email:
#     to: [process-data@example.com]
#     from: lotwise@example.com
#     server: mail.example.com   # LOTWISE_SMTP_USER and LOTWISE_SMTP_PASSWORD where it asks
# retention:                   # of each source, in runs
#   reports: 24                # reports, by run
#   warehouses: 2              # warehouses one can still open
#   runs: 30                   # events in Dagster's history
# models:                      # beyond these a kept model raises no alarms until it is refitted
#   oldest_days: 400           # age of the newest batch it was fitted on
#   wrongly_stopped_prob: 0.04 # that one which is as it was is ever stopped by evidence
#   calibration_band: 1.25     # factor by which the odds it gives may be wrong
#   budget_band: 2             # factor on its alarm budget
"""


def found_sources(folder: Path, home: Path) -> dict[str, RunRequest]:
    """Return what a site could run, by name: what was run in the home, and profiles in a folder.

    Args:
        folder: Where the site file will lie.
        home: The runtime home.

    Returns:
        Requests; the simulated plant is left out, for nothing new ever comes in there.
    """
    found: dict[str, RunRequest] = {}
    for request in remembered(Home(home)).values():
        if request.data is not None or request.source not in PLANT_OF_PROFILE:
            found[_name(Path(request.source).stem, found)] = request
    known = {request.source for request in found.values()}
    for file in sorted([*folder.glob("*.yaml"), *folder.glob("profiles/*.yaml")]):
        if str(file.resolve()) not in known and _is_profile(file):
            found[_name(file.stem, found)] = RunRequest(home, str(file))
    return found


def _is_profile(file: Path) -> bool:
    try:
        load_profile(str(file))
    except ProfileError:
        return False
    return True


def _name(text: str, taken: Mapping[str, object]) -> str:
    """Return a name fit for a source, and not taken yet."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")[: LONGEST_NAME - 5] or "source"
    plain = plain if SOURCE_NAME.fullmatch(plain) else f"source_{plain}"
    name, count = plain, 1
    while name in taken:
        count += 1
        name = f"{plain}_{count}"
    return name


def site_text(
    folder: Path, home: Path, timezone: str, sources: Mapping[str, RunRequest], nightly: str
) -> str:
    """Return the text of a site file.

    Args:
        folder: Where it will lie; paths inside it are written relative to it.
        home: The runtime home.
        timezone: Of the schedules.
        sources: By name, at least one.
        nightly: Cron line of the nights.
    """
    text = _HEAD.format(home=_written(home, folder), timezone=timezone) + "sources:\n"
    for name, request in sources.items():
        is_file = request.source.endswith((".yaml", ".yml"))
        named = {"data": request.data, "assumptions": request.assumptions}
        text += _SOURCE.format(
            name=name,
            profile=_written(Path(request.source), folder) if is_file else request.source,
            places="".join(
                f"    {key}: {_written(path, folder)}\n" for key, path in named.items() if path
            ),
            nightly=nightly,
            refit=REFIT,
            self_test=SELF_TEST,
            watch="true   # a night as soon as new files are all there"
            if request.data is not None
            else "false",
        )
    return text + _ALERTS


def _written(path: Path, folder: Path) -> str:
    """Write a path for YAML: relative where it lies in the folder, quoted where it must be.

    The name of a shipped set of prices stands for itself.
    """
    if names_built_in(path):
        return str(path)
    try:
        text = str(path.resolve().relative_to(folder.resolve()))
    except ValueError:
        text = str(path.resolve())
    is_plain = re.fullmatch(r"[\w./-]+", text) and (text[0].isalpha() or text[0] in "./")
    return text if is_plain else "'" + text.replace("'", "''") + "'"
