"""The files of records: which there are, and how each is written without being held whole."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from assets.virtual_plant.exports.equipment_exports import event_records, tag_records
from assets.virtual_plant.exports.erp_exports import (
    attribute_records,
    lot_records,
    usage_records,
    weighing_records,
)
from assets.virtual_plant.exports.laboratory_exports import (
    inspection_records,
    result_records,
    spectrum_records,
    stability_records,
)
from assets.virtual_plant.exports.mes_exports import (
    batch_records,
    parameter_records,
    phase_records,
)
from assets.virtual_plant.exports.quality_exports import quality_records
from assets.virtual_plant.exports.record_faults import Part, spoilt_slices
from assets.virtual_plant.production.batch_frames import Rows, in_slices
from assets.virtual_plant.production.batches import Batches

# made slice by slice, so that they do not grow in memory
BY_SLICE: dict[str, Callable[[Batches, Rows], pl.DataFrame]] = {
    "mes_phases.csv": phase_records,
    "mes_parameters.csv": parameter_records,
    "lims_results.csv": result_records,
    "weighings.csv": weighing_records,
    "inspections.csv": inspection_records,
    "stability.csv": stability_records,
    "spectra.csv": spectrum_records,
}
# less than a thousand bytes per batch, which is less than the batches themselves take
WHOLE: dict[str, Callable[[Batches], pl.DataFrame]] = {
    "mes_batches.csv": batch_records,
    "historian_tags.csv": lambda made: tag_records(made.plant),
    "qms_deviations.csv": lambda made: quality_records(made)[0],
    "qms_capas.csv": lambda made: quality_records(made)[1],
    "erp_material_lots.csv": lot_records,
    "erp_material_attributes.csv": attribute_records,
    "erp_material_usage.csv": usage_records,
    "cmms_equipment_events.csv": event_records,
}


def write_records(made: Batches, folder: Path, progress: Callable[[int, int], None]) -> None:
    """Write every file of records.

    Args:
        made: The simulated batches.
        folder: Existing folder.
        progress: Called with (files written, files).
    """
    slices, files = in_slices(made.schedule.batches), len(BY_SLICE) + len(WHOLE)
    for done, (file, records) in enumerate(WHOLE.items(), start=1):
        _write_csv([_held(records(made))], folder / file, made)
        progress(done, files)
    for done, (file, records_of) in enumerate(BY_SLICE.items(), start=len(WHOLE) + 1):
        parts = [partial(records_of, made, rows) for rows in slices]
        # a single slice is made once, however often it is read
        _write_csv([_held(parts[0]())] if len(parts) == 1 else parts, folder / file, made)
        progress(done, files)


def _held(frame: pl.DataFrame) -> Part:
    return lambda: frame


def _write_csv(parts: Sequence[Part], path: Path, made: Batches) -> None:
    with path.open("wb") as out:
        slices = spoilt_slices(parts, path.name, made.settings.seed, made.plant.dirt)
        for number, text in enumerate(slices):
            text.write_csv(out, line_terminator="\n", include_header=number == 0)
