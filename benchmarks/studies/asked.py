"""What a study over numbered plants is asked for: how many, from which seed, or a summary."""

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What the command line asked for.

    Attributes:
        seeds: Seeds of the plants.
        is_summary: Whether nothing is made, only what is on record printed.
    """

    seeds: range
    is_summary: bool

    @classmethod
    def on_command_line(cls, doc: str) -> "Asked":
        """Read ``--tables``, ``--first-seed`` and ``--summary``.

        Args:
            doc: The study's own opening; its first line is shown as help.
        """
        parser = argparse.ArgumentParser(description=doc.splitlines()[0])
        parser.add_argument("--tables", type=int, default=10)
        parser.add_argument("--first-seed", type=int, default=1)
        parser.add_argument("--summary", action="store_true", help="print what is there only")
        given = parser.parse_args()
        seeds = range(given.first_seed, given.first_seed + given.tables)
        return cls(seeds, given.summary)
