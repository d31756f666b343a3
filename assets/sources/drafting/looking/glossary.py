"""What names in exports usually mean in this field: targets, units, stages, machines.

Every entry is a guess by name. What it leads to is marked as one.
"""

import re
from collections.abc import Iterable
from typing import Final

# Column of a raw table -> how exports call it, in snake_case.
BATCH_ID: Final = (
    *(
        "batch_id",
        "batch",
        "batch_no",
        "batch_nr",
        "batch_number",
        "lot_no",
        "lot_number",
        "lot_id",
    ),
    *(
        "charge",
        "charge_nr",
        "chargennummer",
        "chargen_nr",
        "chargen_id",
        "sarza",
        "serija",
        "lotto",
    ),
    *("numero_de_lot", "lote", "finished_product_lot", "product_lot", "finished_lot", "fp_lot"),
)
BATCH_TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "product": ("product", "product_code", "code", "material_no", "article", "artikel", "produkt"),
    "strength": ("strength", "dose", "dosage", "staerke", "dosierung", "jakost"),
    "batch_size": ("batch_size", "size", "chargengroesse", "lot_size", "quantity_planned"),
    "started_at": ("started_at", "start", "start_date", "begin", "date", "mfg_date", "datum"),
    "ended_at": ("ended_at", "end", "end_date", "finish", "ende"),
    "campaign_id": ("campaign_id", "campaign", "kampagne"),
    "line": ("line", "linie"),
    "site": ("site", "plant", "werk"),
}
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "batch_id": BATCH_ID,
    "lot_received_at": ("received_at", "receipt_date"),
    "test": ("test", "test_name", "characteristic", "merkmal", "determination"),
    "parameter": ("parameter", "parameter_name"),
    "value": ("value", "result", "wert", "reading", "messwert"),
    "unit": ("unit", "uom", "einheit"),
    "recorded_at": ("recorded_at", "timestamp", "time", "datetime", "zeitstempel"),
    "equipment_id": ("equipment_id", "equipment", "machine", "unit_id", "anlage"),
    "tag": ("tag", "tag_name", "sensor"),
    "resulted_at": ("resulted_at", "result_date", "tested_at"),
    "material": ("material", "material_name"),
    "lot": ("lot", "material_lot", "lot_no"),
    "quantity": ("quantity", "qty", "amount", "ratio", "ratio_or_quantity", "menge"),
    "supplier": ("supplier", "vendor", "manufacturer", "lieferant"),
    "stage": ("stage", "step"),
}
TIMESTAMPS: Final = ("timestamp", "time", "recorded_at", "datetime", "zeit", "zeitstempel", "cas")
LOT_KEYS: Final = ("lot", "lot_no", "lot_nr", "lot_number", "material_lot", "material_lot_no")
LOT_SUFFIXES: Final = ("batch", "lot", "lot_no", "charge", "batch_no")
SUPPLIER_SUFFIXES: Final = ("supplier", "vendor", "manufacturer", "code", "lieferant")
LABEL_WORDS: Final = (
    "status",
    "result",
    "disposition",
    "decision",
    "failed",
    "release",
    "ok",
    "pass",
)
RESULT_FILES: Final = ("lab", "lims", "qc", "quality", "analy", "result", "test", "spec")
RESULT_WORDS: Final = (
    *("dissolution", "drug_release", "assay", "impurit", "solvent", "hardness", "friability"),
    *("disintegration", "content_uniformity", "yield", "thickness", "tensile"),
)

ABBREVIATIONS: Final = {
    r"^(\w)_impurity$": r"impurity_\1",
    r"^ps0?([1-9])0?$": r"particle_size_d\g<1>0",
    r"^d0?([1-9])0$": r"particle_size_d\g<1>0",
    r"^td$": "tapped_density",
    r"^bd$": "bulk_density",
    r"^lod$": "loss_on_drying",
    r"^sieve_?(\d+)$": r"sieve_\1_mm",
}
# The unit of a quantity by a word of its name; the first that fits. An empty unit: nobody can know.
UNIT_WORDS: Final = (
    (r"rsd|srel|cv\b", "pct"),
    (
        r"yield|dissolution|drug_release|assay|impurit|solvent|water|moisture|content|lod\b|sieve",
        "pct",
    ),
    (r"loss_on_drying|humidity|purity|friability", "pct"),
    (r"particle_size|_d[159]0\b", "um"),
    (r"density", "g/mL"),
    (r"\bph\b|_ph\b", "pH"),
    (r"startup_waste|waste|produced|speed|change|count|_0_", ""),
    (r"weight|mass", "mg"),
    (r"hardness|stiffness|ejection", "N"),
    (r"tensile", "MPa"),
    (r"comp\b|comp_force|compression_force|force", "kN"),
    (r"thickness|diameter|height|fill|cyl\b|cyl_|depth|width|gap", "mm"),
    (r"temperature|temp\b", "degC"),
)
# Stage by a word of a column's name; the first that fits.
STAGE_WORDS: Final = (
    (r"batch_yield|pack|label|seal|blister", 5),
    (r"dissolution|drug_release|assay|impurit|solvent|uniformity|disintegration|microb|ph\b", 6),
    (r"tbl|tablet|fct|comp|press|coat|film|fill|capsul|spray|hardness|srel|ejection|speed", 4),
    (r"granul|blend|mix|dry|moisture|lod|mill|sieve", 3),
    (r"weigh|dispens", 2),
    (r"yield", 5),
)
# Unit procedure and its machine by words of a file's columns; the most words win.
MACHINES: Final = (
    ("compression", "tablet_press", r"tbl|comp|ejection|punch|turret|cyl|press|srel"),
    ("coating", "coater", r"coat|spray|pan|inlet|exhaust"),
    ("granulation", "granulator", r"granul|impeller|chopper|binder"),
    ("drying", "dryer", r"dry|inlet|product_temp"),
    ("blending", "blender", r"blend|mix"),
    ("filling", "filler", r"fill|needle|dose"),
)
RESULT_STAGE, PROCESS_STAGE = 6, 4


def unit_of(name: str) -> str | None:
    """Return the usual unit of a quantity by its name, None where its name does not tell."""
    return next((unit for words, unit in UNIT_WORDS if re.search(words, name)), None) or None


def stage_of(name: str, default: int) -> int:
    """Return the stage at which a quantity usually exists, by its name."""
    return next((stage for words, stage in STAGE_WORDS if re.search(words, name)), default)


def machine_of(names: Iterable[str]) -> tuple[str, str]:
    """Return unit procedure and machine whose words are most frequent among names."""
    every = list(names)
    best = max(MACHINES, key=lambda kind: sum(bool(re.search(kind[2], name)) for name in every))
    return best[0], best[1]
