"""A draft as the YAML that a person reads, completes and freezes."""

from collections.abc import Mapping
from typing import Any

import yaml

TO_NAME = "to be named"
HEAD = """\
# {title}
#
# A draft from the records of the last run. Read every line, name the roles, change what your
# process asks for, and write what you change from the usual form under 'deviations'. Then:
#
#   lotwise freeze FILE --by NAME        hashes words, data and what is tested, before any scoring
#   lotwise approve {name} --by NAME
#   lotwise protocol --run FILE --by NAME{more}
#
# Whatever is changed after the freeze makes the run refuse.
"""
Criterion = tuple[str, str, str, float, str]


def draft_text(said: Mapping[str, Any], criteria: list[Criterion], more: str = "") -> str:
    """Return the text of a draft.

    Args:
        said: What the protocol says, without criteria, roles and deviations.
        criteria: Name, words, comparison, bound and unit of each.
        more: What the run is given besides.
    """
    names = ("criterion", "title", "comparison", "bound", "unit")
    whole = {
        **said,
        "criteria": [dict(zip(names, each, strict=True)) for each in criteria],
        "roles": dict.fromkeys(("author", "runs", "quality_unit"), TO_NAME),
        "deviations": "None stated.",
    }
    body = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=96)
    return HEAD.format(title=said["title"], name=said["protocol"], more=more) + body
