"""Options that several commands share, so that they read and behave the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from data_contracts.untrusted.limits import LARGEST_SEED

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Runtime home: warehouse, reports, run history. Default: the site file's, or var.",
    ),
]
SourceOption = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="A source of the site file, a built-in profile (virtual_plant, tabletting) or a YAML "
        "path. Default: the site's only source, or virtual_plant.",
    ),
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder that holds the source's files.")
]
AssumptionsOption = Annotated[
    Path | None,
    typer.Option("--assumptions", help="Cost assumptions: a YAML file, or a set that is shipped."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="A price: name=value or name=low,base,high; may be repeated."),
]
QuickOption = Annotated[
    bool, typer.Option("--quick", help="A fifth of the plant, fewer resamples, same path.")
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", help="Seed of every random draw. Default: 1.", min=0, max=LARGEST_SEED),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
