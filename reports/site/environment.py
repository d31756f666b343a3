"""The templates, the words they may ask for, and what a report needs of a warehouse."""

from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import wording

TEMPLATES_DIR = Path(__file__).parents[1] / "templates"


class Published(Protocol):
    """What a report needs of a published warehouse."""

    def query(self, sql: str) -> pl.DataFrame:
        """Answer a read-only query."""


def _vocabularies() -> dict[str, Any]:
    filters = {
        "verdict_meaning": wording.VERDICT_MEANINGS,
        "model_name": wording.MODELS,
        "scenario_name": wording.SCENARIOS,
        "measure_name": wording.MEASURES,
        "statistic": wording.STATISTICS,
        "refusal": wording.REFUSALS,
        "likeness": wording.LIKENESSES,
        "route": wording.ROUTES,
        "control": wording.CONTROLS,
        "direction": wording.DIRECTIONS,
        "ranking_method": wording.RANKING_METHODS,
        "replacement_verdict": wording.REPLACEMENT_VERDICTS,
        "later_standing": wording.LATER_STANDINGS,
        "planted_worth": wording.PLANTED_WORTHS,
        "headline_part": wording.HEADLINE_PARTS,
        "rate_comparison": wording.RATE_COMPARISONS,
        "price_origin": wording.PRICE_ORIGINS,
    }
    named = {name: partial(wording.phrase, vocabulary=words) for name, words in filters.items()}
    return {
        **named,
        "short": short,
        "signed": signed,
        "words": wording.phrase,
        "stage": wording.stage,
        "event_name": wording.event_name,
    }


def short(value: float | None) -> str:
    """Write a value as recorded, four digits; nothing where there is none.

    Examples:
        >>> short(0.0123456), short(None), short(1234567.0)
        ('0.01235', 'not recorded', '1,234,567')
    """
    if value is None:
        return "not recorded"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def signed(value: float) -> str:
    """Write what is added to a risk, with its sign, two digits.

    Examples:
        >>> signed(0.1234), signed(-0.05)
        ('+0.12', '\u22120.05')
    """
    return f"{value:+.2g}".replace("-", "\u2212")


@cache
def environment() -> Environment:
    """Return the templates with their filters."""
    found = Environment(
        loader=FileSystemLoader([TEMPLATES_DIR, TEMPLATES_DIR / "sections"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(_vocabularies())
    return found


def inlined(name: str) -> Markup:
    """Read one of our own style or script files, which need no escaping."""
    return Markup((TEMPLATES_DIR / name).read_text(encoding="utf-8"))
