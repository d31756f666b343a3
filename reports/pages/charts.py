"""The charts of a page, drawn from the published warehouse and ready to be embedded.

A chart is embedded as the JSON of its Plotly figure; ``reports.verification`` draws it again and
compares.
"""

import json
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from reports.inert_rows import for_labels
from reports.pages.facts import Facts


@dataclass(frozen=True)
class Chart:
    """One drawn chart.

    Attributes:
        chart_id: ``ladder[failure]``: picture and the values of its split columns.
        keys: Values of the split columns.
        title: What it shows.
        caption: How to read it.
        height: Height in pixels.
        figure_json: The Plotly figure.
    """

    chart_id: str
    keys: tuple[str, ...]
    title: str
    caption: str
    height: int
    figure_json: str

    @property
    def safe_json(self) -> Markup:
        """The figure for a script element: no character that could close it."""
        return Markup(self.figure_json.replace("<", "\\u003c"))


def _parts(
    frame: pl.DataFrame, split: tuple[str, ...]
) -> list[tuple[tuple[str, ...], pl.DataFrame]]:
    if frame.is_empty():
        return []
    if not split:
        return [((), frame)]
    groups = frame.group_by(*split, maintain_order=True)
    return [(tuple(str(key) for key in keys), part) for keys, part in groups]


def draw_charts(facts: Facts) -> dict[str, list[Chart]]:
    """Draw every chart for which there are rows.

    Returns:
        The charts of each picture, by the picture's name; an empty list where there is no row.
    """
    from reports.figures.catalogue import PICTURES

    drawn: dict[str, list[Chart]] = {}
    for name, picture in PICTURES.items():
        drawn[name] = []
        for keys, part in _parts(facts.frame(picture.sql), picture.split):
            figure = picture.draw(for_labels(part))
            chart_id = f"{name}[{'/'.join(keys)}]" if keys else name
            figure_json = json.dumps(json.loads(figure.to_json()), separators=(",", ":"))
            drawn[name].append(
                Chart(
                    chart_id,
                    keys,
                    picture.title.format(**part.row(0, named=True)),
                    picture.caption,
                    int(figure.layout.height),
                    figure_json,
                )
            )
    return drawn
