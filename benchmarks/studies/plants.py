"""Plants that differ from the shipped ones in one declared respect, for studies of one question."""

from functools import cache
from typing import Any

import yaml

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import parse_plant, plant_path

CONFOUNDED_STRENGTH, WORSE_PRESS = "40MG", "PRS-2"
HIDDEN_CAUSE = "seal_heat_w"
UNMEASURED = "cohesion"


@cache
def confounded_plant() -> Plant:
    """The tablet line on which the forgiving strength runs almost only on the worse press.

    The second press spreads tablet weights more; the 40 mg tablets, which run there, spread them
    less by themselves. Over all batches the worse press looks the better one.
    """
    document = _document("tablets")
    for product in document["products"]:
        share = 0.95 if product["strength"] == CONFOUNDED_STRENGTH else 0.10
        product["route"] = {"L1": round(1 - share, 2), "L2": share}
        if product["strength"] == CONFOUNDED_STRENGTH:
            product["mix"] = [0.30, 0.30]
    result = _variable(document, "tablet_weight_rsd_pct")
    result["terms"] = [
        *[term for term in result["terms"] if term["parent"] != "product"],
        {"parent": "product", "form": "levels", "levels": {"TB-140": -0.85}},
        {"parent": "compression_equipment", "form": "levels", "levels": {WORSE_PRESS: 0.25}},
    ]
    return parse_plant(document)


@cache
def hidden_cause_plant() -> Plant:
    """The vial line with a hot agitator seal, whose heat the jacket takes out again.

    The solution's temperature stays where it should be and only the jacket's valve tells. As
    shipped the seal is one of twelve causes and a weak one; here its effect on the assay is
    trebled, so that hiding it is what makes it hard to find, not its size.
    """
    document = _document("sterile_vials")
    for term in _variable(document, "assay_pct")["terms"]:
        if term["parent"] == HIDDEN_CAUSE:
            term["coefficient"] *= 3
    return parse_plant(document)


@cache
def worn_granulator_plant() -> Plant:
    """The tablet line with granulators that are renewed late, so that earlier renewal pays.

    As shipped two or three parts break in five years, too few for any law to be fitted. Here a
    seal wears out near 70 batches and is planned for 90; wear of the granulator acts on no result,
    so that the other levers are what they are on the shipped plant.
    """
    return parse_plant(_worn_granulators())


@cache
def unmeasured_lot_plant() -> Plant:
    """The same line with an API property that nobody tests, differing from lot to lot.

    It moves the granules' moisture by half of the moisture's own spread and the content uniformity
    by a third of its own, so that moisture goes with failure further than it acts on it. Studies
    drop the property's feature: no record holds it.
    """
    document = _worn_granulators()
    api = next(one for one in document["materials"] if one["name"] == "api")
    api["attributes"].append({"name": UNMEASURED, "unit": "1", "mean": 0, "sd": 1, "decimals": 2})
    for name, coefficient in (
        ("granulation_end_moisture_pct", 0.1),
        ("content_uniformity_av", 0.8),
    ):
        term = {"parent": f"api.{UNMEASURED}", "coefficient": coefficient, "centre": 0, "scale": 1}
        _variable(document, name)["terms"].append(term)
    return parse_plant(document)


def _worn_granulators() -> dict[str, Any]:
    document = _document("tablets")
    document["maintenance"]["granulation"] |= {
        "interval_batches": [90, 10],
        "weibull_shape": 2.4,
        "weibull_scale_batches": 70,
    }
    return document


def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(plant_path(name).read_text(encoding="utf-8"))
    return document


def _variable(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["variables"] if one["name"] == name)
    return found
