"""The resources assets name by key: the home, the run's settings and the warehouse.

Topics never construct these; they ask for ``run_settings`` and ``warehouse`` by key, so a test or a
customer's deployment can put another one in their place.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from assets.run_settings import (
    PLANT_OF_PROFILE,
    VIRTUAL_PLANT,
    ModelLimits,
    RunSettings,
    SimulationSettings,
    data_folder_of,
    parse_instant,
)
from data_contracts.profile import load_profile
from pipelines.history.dead_runs import close_dead_runs
from pipelines.incremental.read_settings import ReadSettings
from pipelines.jobs import EXCURSIONS_JOB, SELF_TEST_JOB
from pipelines.replay.outcome_preview import decided_outcomes
from pipelines.site.asked import DEFAULT_HOME
from pipelines.site.run_request import RunRequest
from warehouse.lock import run_lock
from warehouse.paths import Home, source_key
from warehouse.published_copy.retention import Retention
from warehouse.store import Warehouse
from warehouse.usable_home import require_usable

PLANT_BATCHES, PLANT_YEARS = 1000, 5.0
QUICK_SHARE = 0.2  # `--quick`: a fifth of the plant, on the same path


def resources_of_runs(default: RunRequest | None = None) -> dict[str, dg.ResourceDefinition]:
    """Return home and settings of a run, as one without configuration of its own gets them.

    Args:
        default: What is run where nothing is said, as from Dagster's UI; None for the simulated
            plant in ``var``.
    """
    request = default or RunRequest(DEFAULT_HOME, VIRTUAL_PLANT)
    said = request.settings()
    text = dg.Noneable(str)
    settings = {
        "source": dg.Field(
            str, default_value=said["source"], description="Profile name or YAML path."
        ),
        "data": dg.Field(
            text, default_value=said["data"], description="Folder of the delivered files."
        ),
        "assumptions": dg.Field(
            text,
            default_value=said["assumptions"],
            description="Cost assumptions, YAML or a built-in set.",
        ),
        "set": dg.Field(
            [str],
            default_value=said["set"],
            description="Cost assumptions changed by hand, each as name=low,base,high.",
        ),
        "as_of": dg.Field(text, default_value=None, description="ISO date or UTC instant."),
        "quick": dg.Field(
            bool, default_value=said["quick"], description="A fifth of the plant, fewer draws."
        ),
        "seed": dg.Field(int, default_value=said["seed"], description="Seed of every random draw."),
        "keep": dg.Field(
            {name: dg.Field(int, default_value=runs) for name, runs in said["keep"].items()},
            description="Runs whose reports, warehouses and events are kept.",
        ),
        "models": dg.Field(
            {name: dg.Field(float, default_value=most) for name, most in said["models"].items()},
            description="Limits beyond which a kept model raises no alarms.",
        ),
    }
    path = dg.Field(str, default_value=str(request.home), description="Runtime home folder.")
    return {
        "home": dg.ResourceDefinition(_home, config_schema={"path": path}),
        "run_settings": dg.ResourceDefinition(
            _run_settings, config_schema=settings, required_resource_keys={"home"}
        ),
    }


def _simulation(
    home: Home, plant: str, *, is_quick: bool, seed: int
) -> tuple[Path, SimulationSettings]:
    """Where a built-in plant is written, named by everything its content depends on."""
    share = QUICK_SHARE if is_quick else 1.0
    batches = round(PLANT_BATCHES * share)
    name = "plant" if plant == "tablets" else plant
    folder = home.simulated_dir / f"{name}-seed{seed}-{batches}"
    return folder, SimulationSettings(plant=plant, batches=batches, years=PLANT_YEARS * share)


def _home(context: dg.InitResourceContext) -> Home:
    """The runtime home: everything generated lives under it."""
    return Home(Path(context.resource_config["path"]))


def _run_settings(context: dg.InitResourceContext) -> RunSettings:
    """The run's request, resolved: profile loaded, data folder found, source key named."""
    config = context.resource_config
    profile = load_profile(config["source"])
    data = config.get("data")
    simulation = None
    if data is not None:
        data_dir = Path(data)
    elif profile.name in PLANT_OF_PROFILE:
        data_dir, simulation = _simulation(
            context.resources.home,
            PLANT_OF_PROFILE[profile.name],
            is_quick=config["quick"],
            seed=config["seed"],
        )
    else:
        data_dir = data_folder_of(profile)
    as_of, assumptions = config.get("as_of"), config.get("assumptions")
    settings = RunSettings(
        profile=profile,
        data_dir=data_dir,
        source_key=source_key(profile.name, data_dir),
        assumptions_file=Path(assumptions) if assumptions else None,
        as_of=parse_instant(as_of) if as_of else None,
        is_quick=config["quick"],
        seed=config["seed"],
        run_id=context.run.run_id if context.run else "no-run",
        simulation=simulation,
        retention=Retention(**config["keep"]),
        price_changes=tuple(config["set"]),
        model_limits=ModelLimits(**config["models"]),
    )
    # Read once here, so that a set that cannot price a run refuses it before anything is written.
    settings.assumptions()
    return ReadSettings.of(settings)


@dg.resource
def decide_outcomes_resource(_: dg.InitResourceContext) -> Callable[..., object]:
    """How outcomes are decided, for who must ask before a table is written."""
    return decided_outcomes


@dg.resource(required_resource_keys={"home", "run_settings"})
def warehouse_resource(context: dg.InitResourceContext) -> Iterator[Warehouse]:
    """The working warehouse of this run's source, under the run lock for the whole run."""
    home: Home = context.resources.home
    settings: RunSettings = context.resources.run_settings
    require_usable(home, settings.data_dir)
    job = context.run.job_name if context.run else "a session"
    with (
        run_lock(home, holder=f"job {job} on source {settings.profile.name}"),
        Warehouse(home, settings.source_key).kept_open() as warehouse,
    ):
        shutil.rmtree(home.spill_dir, ignore_errors=True)  # what a killed run has left there
        # Before its first step writes: these rest on a whole run.
        if job in (SELF_TEST_JOB, EXCURSIONS_JOB):
            warehouse.require_finished()
        if context.instance is not None:
            close_dead_runs(context.instance, context.run.run_id if context.run else None)
        yield warehouse
