"""Dagster asset of delivered files: those of the virtual plant are made here first."""

import dagster as dg

from assets.run_settings import RunSettings

GROUP = "sources"
EXPORTS = dg.AssetKey(["source", "exports"])


@dg.asset(
    key=EXPORTS,
    group_name=GROUP,
    required_resource_keys={"run_settings"},
    description="The delivered files; those of the virtual plant are written here first.",
)
def exports(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Find the delivered files, simulating the plant where the run asks for it."""
    settings: RunSettings = context.resources.run_settings
    wanted = settings.simulation
    if wanted is not None:
        from assets.virtual_plant.simulate import simulate

        simulate(
            settings.data_dir,
            plant=wanted.plant,
            batches=wanted.batches,
            years=wanted.years,
            seed=settings.seed,
            is_null=wanted.is_null,
            progress=lambda what, done, of: context.log.info(f"simulating {what}: {done} of {of}"),
        )
    return dg.MaterializeResult(
        metadata={"folder": dg.MetadataValue.path(str(settings.data_dir.resolve()))}
    )
