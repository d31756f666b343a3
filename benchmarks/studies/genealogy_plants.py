"""Plants of three levels: raw lots go into granulates, granulates into finished batches.

Written from a description alone. One attribute of the lots of one material, two levels up, moves
the assay of every batch that descends from them; lots of the other materials, the way the batches
were run and the coating lots used in the batches themselves do not.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import yaml

MATERIALS = {
    "active": ("d90_um", "purity_pct", "water_pct"),
    "cellulose": ("d50_um", "moisture_pct", "bulk_density_g_ml"),
    "binder": ("viscosity_mpas", "k_value"),
    "disintegrant": ("settling_volume_ml", "ph"),
}
MASS_KG = {"active": 20.0, "cellulose": 60.0, "binder": 5.0, "disintegrant": 15.0}
GRANULATES, SPLIT = 300, (1, 2, 3)
LOT_OF = {"active": 4, "cellulose": 5, "binder": 9, "disintegrant": 7}  # granulates a lot lasts
BLENDED = 0.3  # share of granulates that take the end of one lot and the beginning of the next
START = np.datetime64("2021-01-04T06:00:00")
SPEC_LOW = 95.0
SHARE_OF_VARIANCE = 0.5  # of the assay, that the cause carries


@dataclass(frozen=True)
class GenealogyPlant:
    """What a plant delivers, and the cause planted in it.

    Attributes:
        seed: Its seed.
        cause: material.attribute of the lots two levels up that moves the assay.
        files: Name of the CSV -> its rows.
        failures: Batches rejected.
        cause_share: Share of the assay's variance that the planted cause carries, as made.
    """

    seed: int
    cause: str
    files: dict[str, pl.DataFrame]
    failures: int
    cause_share: float


def genealogy_plant(seed: int) -> GenealogyPlant:
    """Make one plant of about 600 finished batches."""
    rng = np.random.default_rng([seed, 23])
    choices = [f"{m}.{a}" for m, attributes in MATERIALS.items() for a in attributes]
    cause = choices[int(rng.integers(len(choices)))]
    lots, made_of = _lots(rng)
    granulates = np.arange(GRANULATES)
    made_at = START + np.sort(rng.uniform(0, 3 * 365 * 24 * 60, GRANULATES)).astype(
        "timedelta64[m]"
    )
    parts = rng.choice(SPLIT, GRANULATES, p=(0.2, 0.4, 0.4))
    own = np.repeat(granulates, parts)
    # one batch in five takes a quarter of the granulate made before its own
    heel = np.where((rng.random(own.size) < 0.2) & (own > 0), 0.25, 0.0)
    of_granulate = _means(lots, made_of, *cause.split("."))
    inherited = (1 - heel) * of_granulate[own] + heel * of_granulate[np.maximum(own - 1, 0)]
    signal = (inherited - inherited.mean()) / inherited.std()
    noise = rng.standard_normal(own.size)
    assay = 99.0 + 2.4 * (
        -np.sqrt(SHARE_OF_VARIANCE) * signal + np.sqrt(1 - SHARE_OF_VARIANCE) * noise
    )
    rejected = assay < SPEC_LOW
    started = made_at[own] + rng.integers(600, 4000, own.size).astype("timedelta64[m]")
    order = np.argsort(started, kind="stable")
    ids = np.empty(own.size, dtype=object)
    ids[order] = [f"B{k + 1:05d}" for k in range(own.size)]
    files = {
        "batches": _batches(ids, started, order, assay, rejected, rng),
        "lots": lots.select("material", "lot", "attribute", "value", "resulted_at"),
        "genealogy": _edges(ids, own, heel, started, made_of, made_at),
    }
    return GenealogyPlant(
        seed, cause, files, int(rejected.sum()), float(np.corrcoef(signal, assay)[0, 1] ** 2)
    )


def _lots(rng: np.random.Generator) -> tuple[pl.DataFrame, dict[str, list[tuple[int, int, float]]]]:
    """Lots with their results, and of every material which lots each granulate took how much of."""
    rows, made_of = [], {}
    for material, attributes in MATERIALS.items():
        ends = np.cumsum(rng.integers(2, 2 * LOT_OF[material], GRANULATES))
        number = np.searchsorted(ends, np.arange(GRANULATES), side="right")
        took = []
        for g, lot in enumerate(number.tolist()):
            part = rng.uniform(0.2, 0.8) if g and rng.random() < BLENDED else 1.0
            took += [(g, lot, part)] + ([(g, max(lot - 1, 0), 1 - part)] if part < 1 else [])
        made_of[material] = took
        for attribute in attributes:
            values = rng.standard_normal(int(number[-1]) + 1)
            rows += [
                {"material": material, "lot": f"{material[:3].upper()}{lot:03d}",
                 "attribute": attribute, "value": round(50 + 5 * float(value), 3)}
                for lot, value in enumerate(values)
            ]  # fmt: skip
    frame = pl.DataFrame(rows).with_columns(resulted_at=pl.lit("2021-01-01T00:00:00"))
    return frame, made_of


def _means(lots: pl.DataFrame, made_of: dict, material: str, attribute: str) -> np.ndarray:
    """What each granulate is in one attribute: the mean of its lots by amount."""
    values = lots.filter(material=material, attribute=attribute)["value"].to_numpy()
    mean = np.zeros(GRANULATES)
    for granulate, lot, part in made_of[material]:
        mean[granulate] += part * values[lot]
    return mean


def _text(instants: np.ndarray) -> list[str]:
    return [str(each.astype("datetime64[s]")) for each in instants]


def _batches(ids, started, order, assay, rejected, rng) -> pl.DataFrame:
    wave = np.sin(np.arange(ids.size) / 40)
    columns = {
        "batch": ids,
        "made_at": _text(started),
        "compression_force_kn": 12 + wave + rng.normal(0, 0.7, ids.size),
        "press_speed_rpm": 40 + rng.normal(0, 2.0, ids.size),
        "spray_rate_g_per_min": 90 - 4 * wave + rng.normal(0, 4.0, ids.size),
        "coating_lot": [f"C{k // 15:03d}" for k in np.argsort(order)],
        "assay_pct": np.round(assay, 3),
        "decision": ["rejected" if each else "released" for each in rejected],
    }
    return pl.DataFrame(columns)[order.tolist()]


def _edges(ids, own, heel, started, made_of, made_at) -> pl.DataFrame:
    rows = []
    for material, took in made_of.items():
        merged: dict[tuple[int, int], float] = {}
        for g, lot, part in took:
            merged[g, lot] = merged.get((g, lot), 0.0) + part
        rows += [
            (f"G{g:04d}", "lot", material, f"{material[:3].upper()}{lot:03d}", "use",
             round(part * MASS_KG[material], 4), str(made_at[g].astype("datetime64[s]")))
            for (g, lot), part in merged.items()
        ]  # fmt: skip
    for batch, g, part, at in zip(ids, own.tolist(), heel.tolist(), _text(started), strict=True):
        rows.append((batch, "batch", None, f"G{g:04d}", "split", round(100 * (1 - part), 4), at))
        if part:
            rows.append((batch, "batch", None, f"G{g - 1:04d}", "blend", round(100 * part, 4), at))
    names = ("descendant", "ancestor_type", "material", "ancestor", "kind", "kg", "at")
    return pl.DataFrame(rows, schema=list(names), orient="row", infer_schema_length=None)


FORMAT = "%Y-%m-%dT%H:%M:%S"


def write_plant(plant: GenealogyPlant, folder: Path) -> Path:
    """Write the CSV files and the profile; returns the profile."""
    for name, rows in plant.files.items():
        rows.write_csv(folder / f"{name}.csv")
    profile = folder / "profile.yaml"
    profile.write_text(yaml.safe_dump(_profile(plant), sort_keys=False), encoding="utf-8")
    return profile


def _profile(plant: GenealogyPlant) -> dict:
    at = {"column": "made_at", "format": FORMAT}
    return {
        "profile": f"genealogy_{plant.seed}",
        "title": "A plant of three levels",
        "files": {name: {"path": f"{name}.csv"} for name in plant.files},
        "tables": {
            "batches": {
                "file": "batches",
                "columns": {
                    "batch_id": "batch", "production_order": {"row_number": True},
                    "disposition": "decision", "started_at": at,
                },
            },
            "parameters": [
                {
                    "file": "batches",
                    "columns": {"batch_id": "batch"},
                    "unpivot": {
                        "compression_force_kn": {"name": "compression_force_kn", "stage": 4},
                        "press_speed_rpm": {"name": "press_speed_rpm", "stage": 4},
                        "spray_rate_g_per_min": {"name": "spray_rate_g_per_min", "stage": 4},
                    },
                },
            ],
            "lab_results": {
                "file": "batches",
                "columns": {"batch_id": "batch"},
                "unpivot": {
                    "assay_pct": {"name": "assay_pct", "stage": 6, "unit": "%",
                                  "spec_low": SPEC_LOW}
                },
            },
            "material_usage": {
                "file": "batches",
                "columns": {"batch_id": "batch", "lot": "coating_lot"},
                "constants": {"material": "coating", "quantity": 3.0, "unit": "kg", "stage": 4},
            },
            "material_attributes": {
                "file": "lots",
                "same_names": ["material", "lot", "attribute", "value"],
                "columns": {"resulted_at": {"column": "resulted_at", "format": FORMAT}},
            },
            "genealogy": {
                "file": "genealogy",
                "columns": {
                    "descendant_id": "descendant", "ancestor_type": "ancestor_type",
                    "ancestor_material": "material", "ancestor_id": "ancestor", "kind": "kind",
                    "quantity": "kg", "happened_at": {"column": "at", "format": FORMAT},
                },
                "constants": {"unit": "kg", "stage": 3},
            },
        },
        "outcomes": [
            {
                "name": "failure", "title": "Batch rejected", "rule": "disposition = 'rejected'",
                "margins": [{"quantity": "assay_pct", "spec_low": SPEC_LOW}],
                "first_known_stage": 6, "defined_by": ["assay_pct"],
            }
        ],
    }  # fmt: skip
