"""Sentences of a page as parts: words, and claims by name, to be marked or printed."""

from collections.abc import Iterable

from reports.claims import claim_id
from reports.formats import NOT_COMPUTED
from reports.pages.facts import Facts

Part = str | tuple[str, object, str]  # words; or a claim: name, key, and which part of it
COST = "base/implementation_cost_usd"


def text_of(facts: Facts, name: str, key: object = None, part: str = "full") -> str:
    """Return a claim as text, or that it was not computed."""
    full_id = claim_id(name, None if key is None else str(key))
    if full_id not in facts.claims:
        return NOT_COMPUTED
    written = facts.written(full_id)
    return {"full": written.full, "value": written.value, "interval": written.interval}[part]


def as_text(facts: Facts, parts: Iterable[Part]) -> str:
    """Return parts as a text, for documents that mark no figures."""
    return "".join(
        part if isinstance(part, str) else text_of(facts, part[0], part[1], part[2])
        for part in parts
    )
