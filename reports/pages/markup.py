"""How a claim is set into HTML, so that the number on the page can be checked against its claim.

``<span data-claim="verdict.auc[failure/5]" data-part="full" data-value="0.66">`` carries the exact
value beside the rounded text. Nothing else in the product writes this markup or reads it except
``reports.verification``.
"""

from collections.abc import Callable

from markupsafe import Markup, escape

from reports.claims import claim_id
from reports.formats import NOT_COMPUTED, WrittenFigure
from reports.pages.facts import Facts

PARTS = ("full", "value", "interval", "low", "high")


def part_text(written: WrittenFigure, part: str) -> str:
    """Return the part of a written claim that a page shows.

    Args:
        written: The claim as text.
        part: ``full`` (value with interval), ``value``, ``interval``, or one end of the interval.
    """
    if part == "full":
        return written.full
    if part == "value":
        return written.value
    if part == "interval":
        return written.interval
    ends = written.interval.split(" to ", maxsplit=1)
    return ends[0 if part == "low" else -1]


def exact(value: float | None) -> str:
    """Return a claim's value for the ``data-value`` attribute: twelve digits, or nothing."""
    return "" if value is None else f"{value:.12g}"


def claim_writer(facts: Facts) -> Callable[..., Markup]:
    """Return the template function ``n(name, key=None, part="full")``.

    A claim that was not made is shown as "not computed" instead of breaking the page.
    """

    def n(name: str, key: object = None, part: str = "full") -> Markup:
        full_id = claim_id(name, None if key is None else str(key))
        if full_id not in facts.claims:
            return Markup('<span class="absent">{}</span>').format(NOT_COMPUTED)
        written = facts.written(full_id)
        value = facts.claims[full_id]["value"]
        shown = escape(part_text(written, part))
        if part == "full" and value is not None:
            shown = Markup('<span class="v">{}</span>').format(written.value)
        if part == "full" and written.interval:
            shown += Markup(' <span class="interval">({})</span>').format(written.interval)
        return Markup(
            '<span class="n" data-claim="{}" data-part="{}" data-value="{}">{}</span>'
        ).format(full_id, part, exact(value), shown)

    return n
