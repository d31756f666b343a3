"""The contract of ``feature.sensor_phase_features``, written from the registry.

``python -m assets.sensor_features.contract_file`` writes the file anew (``make generated`` does it
with the rest); a test fails while it is out of date. The columns around the features stand in
``contract_frame.yaml`` beside this module.
"""

from pathlib import Path
from typing import Any

import yaml

from assets.sensor_features.registry import FEATURES, GOLDEN, SensorFeature

FRAME = Path(__file__).with_name("contract_frame.yaml")
FILE = Path(__file__).parents[2] / "data_contracts" / "feature" / "sensor_phase_features.yaml"
_UNITS = {
    "value": "as in unit",
    "value per h": "as in unit, per h",
    "value per h2": "as in unit, per h2",
    "value times h": "as in unit, times h",
}


def contract_text() -> str:
    """Return the contract file: the frame's columns, the features before the last of them."""
    document = yaml.safe_load(FRAME.read_text(encoding="utf-8"))
    properties = document["schema"][0]["properties"]
    properties[-1:-1] = [_property(feature) for feature in (*FEATURES, *GOLDEN)]
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def generated() -> dict[Path, str]:
    """Return what is written where: the contract file with its text."""
    return {FILE: contract_text()}


def _property(feature: SensorFeature) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": feature.name,
        "logicalType": "integer" if feature.is_count else "number",
        "physicalType": "BIGINT" if feature.is_count else "DOUBLE",
    }
    if feature.name == "readings":
        described["required"] = True
    described["description"] = _description(feature)
    low, high = feature.bounds
    if (low, high) != (None, None):
        ends = {"minimum": low, "maximum": high}
        described["logicalTypeOptions"] = {k: v for k, v in ends.items() if v is not None}
    unit = _UNITS.get(feature.unit, feature.unit)
    return described | {"customProperties": [{"property": "unit", "value": unit}]}


def _description(feature: SensorFeature) -> str:
    formula = feature.formula[0].upper() + feature.formula[1:]
    source = f" ({feature.source})" if feature.source else ""
    null = f" Null: {feature.undefined}." if feature.undefined else ""
    return f"{formula}{source}.{null}"


if __name__ == "__main__":
    for file, text in generated().items():
        file.write_text(text, encoding="utf-8")
