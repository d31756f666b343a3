"""The page of one batch: what moved its prediction first, then where to see it.

A page is drawn from its bundle alone (``batch_records``), so the same bundle gives the same page,
and ``lotwise verify`` draws it again to the byte.
"""

import json
from typing import Any

from markupsafe import Markup

from assets.failure_models.contrasts.explanations import explanation
from reports.figures.batches import over_time, time_line, trajectory, waterfall
from reports.figures.batches.plain import Figure
from reports.figures.style import CONFIG
from reports.site.batch_records import SHOWN_LINES, Bundle, label_texts, towards_failure
from reports.site.environment import environment
from reports.site.file_names import file_name
from reports.wording import stage

BATCHES_FOLDER, PARAMETERS_FOLDER = "batches", "parameters"


def render_batch(bundle: Bundle, with_page: frozenset[str]) -> str:
    """Render the page of a batch.

    Args:
        bundle: What it is drawn from.
        with_page: The batches that have a page of their own.

    Returns:
        The HTML document.
    """
    lines = bundle["lines"]
    charts: dict[str, Figure] = {}
    if lines:
        named = [row | {"title": text} for row, text in zip(lines, _titles(lines), strict=True)]
        charts["waterfall"] = waterfall.draw(explanation(named))
    drivers = _drawn_drivers(bundle, charts)
    curves = _drawn_curves(bundle, charts)
    happened = happenings(bundle)
    if happened:
        charts["time-line"] = time_line.draw(happened)
    return (
        environment()
        .get_template("batch.html.j2")
        .render(
            batch=bundle["batch"],
            reason=bundle["reason"],
            lines=towards_failure(lines)[:SHOWN_LINES],
            explained=lines[0] if lines else None,
            unusual=bundle["unusual"],
            cards=bundle["cards"],
            similar=[
                row | {"file": file_name(row["neighbour_id"])}
                if row["neighbour_id"] in with_page
                else row | {"file": None}
                for row in bundle["similar"]
            ],
            deviations=bundle["deviations"],
            drivers=drivers,
            curves=curves,
            charts=embedded(charts),
            heights={name: figure["layout"]["height"] for name, figure in charts.items()},
            chart_config=CONFIG,
            root="../",
        )
    )


def embedded(charts: dict[str, Figure]) -> list[tuple[str, Markup]]:
    """Return charts for script elements: no character in them could close one."""
    return [
        (name, Markup(json.dumps(figure, separators=(",", ":")).replace("<", "\\u003c")))
        for name, figure in charts.items()
    ]


def _titles(rows: list[dict[str, Any]]) -> list[str]:
    return label_texts(str(row["title"]) for row in rows)


def _drawn_drivers(bundle: Bundle, charts: dict[str, Figure]) -> list[dict[str, Any]]:
    shown = []
    for number, one in enumerate(bundle["drivers"], start=1):
        if not one["batches"]:
            continue
        low, high = one["band"]
        charts[f"driver-{number}"] = over_time.draw(
            label_texts(one["batches"]),
            one["values"],
            one["results"],
            one["unit"],
            label_texts([bundle["batch"]["batch_id"]])[0],
            None if low is None else (low, high),
        )
        own = one["quantity"] and file_name(one["quantity"])
        shown.append({"chart": f"driver-{number}", "title": one["title"], "file": own})
    return shown


def _drawn_curves(bundle: Bundle, charts: dict[str, Figure]) -> list[dict[str, Any]]:
    shown = []
    for number, one in enumerate(bundle["curves"], start=1):
        charts[f"curve-{number}"] = trajectory.draw(
            one["steps"], one["own"], one["centre"], one["spread"], one["unit"]
        )
        where = ", ".join(str(one[name]) for name in ("unit_procedure", "phase") if one[name])
        shown.append(
            {"chart": f"curve-{number}", "title": f"{one['tag']}: {where}", "away": one["away"]}
            | {"batches": one["batches"]}
        )
    return shown


def happenings(bundle: Bundle) -> list[time_line.Happening]:
    """Return what happened to a batch and around it, phases by stage first, then by time."""
    found = [
        time_line.Happening(
            "phase",
            stage(row["stage"]) if row["stage"] else "phases",
            f"{row['phase'] or row['unit_procedure']} on {row['equipment_id'] or 'no equipment'}",
            _iso(row["started_at"]),
            None if row["ended_at"] is None else _iso(row["ended_at"]),
        )
        for row in bundle["phases"]
    ]
    found += [
        time_line.Happening(
            "deviation",
            row["deviation_id"],
            f"{row['category'] or 'deviation'}, {row['severity'] or 'severity not said'}",
            _iso(row["opened_at"]),
            None if row["closed_at"] is None else _iso(row["closed_at"]),
        )
        for row in bundle["deviations"]
    ]
    found += [
        time_line.Happening(
            "equipment",
            row["equipment_id"],
            f"{row['event'].replace('_', ' ')}{' of ' + row['part'] if row['part'] else ''}",
            _iso(row["occurred_at"]),
        )
        for row in bundle["equipment"]
    ]
    decided = bundle["batch"]["dispositioned_at"]
    if decided is not None and found:
        said = bundle["batch"]["disposition"] or "decided"
        found.append(time_line.Happening("result", "disposition", said, _iso(decided)))
    texts = label_texts(text for each in found for text in (each.row, each.text))
    return [
        time_line.Happening(each.kind, texts[2 * i], texts[2 * i + 1], each.began, each.ended)
        for i, each in enumerate(found)
    ]


def _iso(instant: Any) -> str:
    return str(instant.isoformat(sep=" ", timespec="minutes"))
