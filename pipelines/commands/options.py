"""Options that several commands share, so that they read and behave the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from data_contracts.untrusted.limits import LARGEST_SEED

HomeOption = Annotated[
    Path, typer.Option("--home", help="Runtime home: warehouse, reports, run history.")
]
SourceOption = Annotated[
    str,
    typer.Option("--source", help="Built-in profile (virtual_plant, tabletting) or a YAML path."),
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder that holds the source's files.")
]
AssumptionsOption = Annotated[
    Path | None, typer.Option("--assumptions", help="Cost assumptions, a YAML file.")
]
QuickOption = Annotated[
    bool, typer.Option("--quick", help="A fifth of the plant, fewer resamples, same path.")
]
SeedOption = Annotated[
    int, typer.Option("--seed", help="Seed of every random draw.", min=0, max=LARGEST_SEED)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
DEFAULT_HOME = Path("var")
