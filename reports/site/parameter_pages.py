"""A page a parameter: where it is recorded, how it goes with outcomes, its batches over time."""

from collections import defaultdict
from typing import Any

from reports.figures.batches import over_time
from reports.figures.style import CONFIG
from reports.pages.facts import Facts
from reports.site.batch_page import embedded
from reports.site.batch_records import Bundle, batch_results, feature_values, label_texts
from reports.site.environment import environment
from reports.site.file_names import file_name

SHOWN_BATCHES, FIRST_LINES = 300, 3

_FEATURES_SQL = """
SELECT quantity, feature, title, stage, unit_operation, unit, available_at_gate, data_type, kind,
  source_table, source_column, formula, description FROM feature.dictionary
WHERE quantity IS NOT NULL AND NOT is_product_identity ORDER BY quantity, feature
"""
_RELEVANCE_SQL = """
SELECT outcome, feature, title, target, effect, effect_low, effect_high, effect_unit, strength,
  p_value, false_discovery_rate, is_relevant, is_named, reason
FROM finding.relevance ORDER BY outcome, is_named DESC, is_relevant DESC, strength DESC NULLS LAST,
  feature
"""
_DRIVERS_SQL = """
SELECT outcome, gate, rank, driver, title, direction, is_named, share, window_low, window_high,
  adjusted_effect, adjusted_low, adjusted_high, effect_unit
FROM finding.drivers WHERE verdict = 'process_signal'
  AND (outcome, gate) IN (SELECT (outcome, gate) FROM model.verdicts WHERE is_primary_gate)
ORDER BY outcome, rank
"""
_ORDER_SQL = "SELECT batch_id FROM core.batches ORDER BY production_order, batch_id"


def parameter_bundles(facts: Facts, batches: dict[str, Bundle]) -> dict[str, Bundle]:
    """Gather what the page of each parameter is drawn from.

    Args:
        facts: Rows of the published warehouse.
        batches: Of the pages of batches: whose leading lines name a parameter.

    Returns:
        By quantity.
    """
    features: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in facts.rows(_FEATURES_SQL):
        features[row["quantity"]].append(row)
    quantity_of = {row["feature"]: name for name, own in features.items() for row in own}
    relevance = _by_quantity(facts.rows(_RELEVANCE_SQL), "feature", quantity_of)
    drivers = _by_quantity(facts.rows(_DRIVERS_SQL), "driver", quantity_of)
    led = _led_batches(batches, quantity_of)
    shown = {name: _shown_feature(own, relevance[name]) for name, own in features.items()}
    wanted = [(row["feature"], row["available_at_gate"] or 7) for row in shown.values() if row]
    values, results = feature_values(facts, wanted), batch_results(facts)
    order = [row["batch_id"] for row in facts.rows(_ORDER_SQL)]
    return {
        name: {
            "quantity": name,
            "features": own,
            "relevance": relevance[name],
            "drivers": drivers[name],
            "led": led[name],
            "chart": _over_time(shown[name], values, results, order),
        }
        for name, own in features.items()
    }


def _by_quantity(
    rows: list[dict[str, Any]], column: str, quantity_of: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[quantity_of.get(row[column], "")].append(row)
    return found


def _led_batches(
    batches: dict[str, Bundle], quantity_of: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """The batches whose first lines a quantity leads, latest first."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for batch, bundle in reversed(batches.items()):
        first = [row for row in bundle["lines"] if row["contribution"] > 0][:FIRST_LINES]
        for place, row in enumerate(first, start=1):
            name = quantity_of.get(row["feature"], "")
            if all(each["batch_id"] != batch for each in found[name]):
                found[name].append(
                    {"batch_id": batch, "file": file_name(batch), "place": place}
                    | {"contribution": row["contribution"], "reason": bundle["reason"]}
                )
    return found


def _shown_feature(
    features: list[dict[str, Any]], relevance: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """The numeric feature that says most of any outcome; the first where none says anything."""
    numeric = {row["feature"]: row for row in features if row["data_type"] == "numeric"}
    told = [row for row in relevance if row["feature"] in numeric and row["strength"] is not None]
    best = max(told, key=lambda r: (r["is_named"], r["is_relevant"], r["strength"]), default=None)
    if best is not None:
        return numeric[best["feature"]]
    return next(iter(numeric.values()), None)


def _over_time(
    feature: dict[str, Any] | None,
    values: dict[tuple[str, int], dict[str, float]],
    results: dict[str, str],
    order: list[str],
) -> dict[str, Any] | None:
    if feature is None:
        return None
    recorded = values.get((feature["feature"], feature["available_at_gate"] or 7), {})
    shown = [batch for batch in order if batch in recorded][-SHOWN_BATCHES:]
    if not shown:
        return None
    return {
        "title": feature["title"],
        "unit": feature["unit"] or "",
        "batches": shown,
        "values": [recorded[batch] for batch in shown],
        "results": [results.get(batch, "not known yet") for batch in shown],
    }


def render_parameter(bundle: Bundle) -> str:
    """Render the page of a parameter from its bundle."""
    chart = bundle["chart"]
    charts = {}
    if chart is not None:
        charts["over-time"] = over_time.draw(
            label_texts(chart["batches"]), chart["values"], chart["results"], chart["unit"]
        )
    return (
        environment()
        .get_template("parameter.html.j2")
        .render(
            **bundle,
            heights={name: figure["layout"]["height"] for name, figure in charts.items()},
            charts=embedded(charts),
            chart_config=CONFIG,
            root="../",
        )
    )
