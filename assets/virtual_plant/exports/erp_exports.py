"""What purchasing and dispensing systems export: lots, their attributes, their use, weighings."""

import numpy as np
import polars as pl

from assets.virtual_plant.base.randomness import Floats, choices, lognormals, normals
from assets.virtual_plant.production.batch_frames import Rows, batch_ids, instants, names_of
from assets.virtual_plant.production.batches import Batches, record
from assets.virtual_plant.production.materials import Lots
from assets.virtual_plant.production.schedule import DAY_S, Seconds

TOLERANCE_PCT = 0.5
SCALES = {"SCL-1": 0.5, "SCL-2": 0.3, "SCL-3": 0.2}


def lot_records(made: Batches) -> pl.DataFrame:
    """Material lots, as ``raw.material_lots``.

    Args:
        made: The simulated batches.

    Returns:
        One row per lot, by material and receipt.
    """
    parts = []
    for lots in made.lots.values():
        received = _received(made, lots)
        amount = lots.batches * _need(made, lots).mean()
        parts.append(
            _lot_keys(lots).with_columns(
                received_at=instants(made.plant, received),
                released_at=instants(made.plant, received + _release_delay(made, lots)),
                quantity=pl.Series(np.round(amount, 1)),
                unit=pl.lit(lots.material.unit),
            )
        )
    return pl.concat(parts).sort("material", "received_at", "lot")


def attribute_records(made: Batches) -> pl.DataFrame:
    """Results of incoming inspection, as ``raw.material_attributes``.

    Args:
        made: The simulated batches.

    Returns:
        One row per lot and attribute; results below a reporting limit are left-censored.
    """
    parts = []
    for lots in made.lots.values():
        resulted = _received(made, lots) + (0.7 * _release_delay(made, lots)).astype(np.int64)
        for attribute in lots.material.attributes:
            value = record(attribute, lots.attributes[attribute.name])
            limit = attribute.reporting_limit
            is_below = np.zeros(len(value), dtype=bool) if limit is None else value < limit
            parts.append(
                _lot_keys(lots).with_columns(
                    attribute=pl.lit(attribute.name),
                    value=pl.Series(np.where(is_below, limit or 0.0, value)),
                    unit=pl.lit(attribute.unit),
                    censoring=pl.Series(np.where(is_below, "left", "none")),
                    resulted_at=instants(made.plant, resulted),
                )
            )
    return pl.concat(parts).sort("material", "resulted_at", "lot", "attribute")


def usage_records(made: Batches) -> pl.DataFrame:
    """Which lot went into which batch, as ``raw.material_usage``.

    Args:
        made: The simulated batches.

    Returns:
        One row per batch, material and lot.
    """
    ids, parts = batch_ids(made.schedule.batches), []
    for name, lots in made.lots.items():
        need = _need(made, lots)[lots.use_batch]
        keys = _lot_keys(lots)
        parts.append(
            pl.DataFrame(
                {
                    "batch_id": ids.gather(lots.use_batch),
                    "material": name,
                    "supplier": keys["supplier"].gather(lots.use_lot),
                    "lot": keys["lot"].gather(lots.use_lot),
                    "quantity": np.maximum(0.001, np.round(need * lots.use_share, 3)),
                    "unit": lots.material.unit,
                    "used_at": instants(made.plant, _dispensed(made)).gather(lots.use_batch),
                    "stage": 2,
                }
            )
        )
    # two suppliers may use one number, and what such a tie is left in depends on the whole table
    return pl.concat(parts).sort("batch_id", "material", "lot")


def weighing_records(made: Batches, rows: Rows) -> pl.DataFrame:
    """Weighings, as ``raw.weighings``.

    Args:
        made: The simulated batches.
        rows: Batches wanted.

    Returns:
        One row per batch wanted and material.
    """
    seed, count, parts = made.settings.seed, made.schedule.batches, []
    for position, (name, lots) in enumerate(made.lots.items()):
        target = np.round(_need(made, lots)[rows], 3)
        scale = np.array(list(SCALES))[choices(seed, f"{name}.scale", count, SCALES)[rows]]
        error = 0.0009 * normals(seed, f"{name}.weighing", count)[rows]
        parts.append(
            pl.DataFrame(
                {
                    "batch_id": names_of(rows),
                    "material": name,
                    "weighing_no": 1,
                    "target": target,
                    "actual": np.round(target * (1 + np.clip(error, -0.0048, 0.0048)), 3),
                    "unit": lots.material.unit,
                    "tolerance_pct": TOLERANCE_PCT,
                    "weighed_at": instants(made.plant, _dispensed(made)[rows] + 600 * position),
                    "scale_id": scale,
                }
            )
        )
    return pl.concat(parts).sort("batch_id", "weighed_at")


def _lot_keys(lots: Lots) -> pl.DataFrame:
    suppliers = np.array(list(lots.material.suppliers))[lots.supplier]
    return pl.DataFrame(
        {
            "material": np.full(len(suppliers), lots.material.name),
            "supplier": suppliers,
            "lot": lots.number,
        }
    )


def _need(made: Batches, lots: Lots) -> Floats:
    size: Floats = made.outcome.values["batch_size"]
    return size / 1000 * lots.material.per_1000_units


def _dispensed(made: Batches) -> Seconds:
    steps = made.plant.calendar.steps
    k = next((i for i, step in enumerate(steps) if step.unit_procedure == "dispensing"), 0)
    return made.schedule.starts[:, k]


def _received(made: Batches, lots: Lots) -> Seconds:
    """Receipt, long enough before the first use that the lot is released by then."""
    first_use = np.searchsorted(lots.use_lot, np.arange(len(lots.number)))
    used: Seconds = made.schedule.starts[lots.use_batch[first_use], 0]
    lead = lognormals(made.settings.seed, f"{lots.material.name}.lead", len(used), (45.0, 0.4))
    return used - _release_delay(made, lots) - (lead * DAY_S).astype(np.int64)


def _release_delay(made: Batches, lots: Lots) -> Seconds:
    name = f"{lots.material.name}.release_delay"
    days = lognormals(made.settings.seed, name, len(lots.number), (11.0, 0.3))
    return (days * DAY_S).astype(np.int64)
