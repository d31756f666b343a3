"""Facts of a batch that no test or parameter records and a rule may read all the same.

Here belongs how they are named; ``assets.core.batch_facts`` works them out.

- ``release_h``: hours from the end of manufacture to the disposition.
- ``repeats.<unit procedure>``: runs of a unit procedure beyond the first, as after rework.
- ``out_of_trend.<test>``: 1 where a result lies outside the range in which 99.7% of results would
  lie by those of its product and strength that were known before it, else 0.
"""

from difflib import get_close_matches

from data_contracts.profile_schema.document import Section

RELEASE_H, REPEATS, OUT_OF_TREND = "release_h", "repeats", "out_of_trend"
_FAMILIES = (REPEATS, OUT_OF_TREND)


def is_fact(name: str) -> bool:
    """Tell whether a name a rule reads is one of these facts."""
    family, _, of = name.partition(".")
    return name == RELEASE_H or (family in _FAMILIES and bool(of))


def underlying_quantity(name: str) -> str | None:
    """Return the test a fact is made from: it gives the outcome away as the fact does."""
    family, _, of = name.partition(".")
    return of if family == OUT_OF_TREND and of else None


def require_fact(section: Section, name: str) -> None:
    """Check a name that looks like one of a family of facts.

    Args:
        section: The outcome whose rule reads it.
        name: A name in the rule.

    Raises:
        ProfileError: It names nothing within the family, or a family nearly like one.
    """
    family, dot, of = name.partition(".")
    if family in _FAMILIES and not of:
        what = "test" if family == OUT_OF_TREND else "unit procedure"
        section.fail("rule", f"'{name}' names no {what}; write \"{family}.<{what}>\"")
    near = get_close_matches(family, _FAMILIES, n=1, cutoff=0.85) if dot else []
    if near and family not in _FAMILIES:
        section.fail("rule", f"'{name}' is no fact of a batch; did you mean '{near[0]}.{of}'?")
