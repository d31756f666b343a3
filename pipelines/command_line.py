"""The ``lotwise`` command: one function per command, each in its own file under ``commands/``.

Exit codes: 0 done, 1 the data or the checks failed, 2 wrong usage. 130 interrupted. Our
own errors are printed as one message that says what, where and what to do next.
"""

import sys

import typer
from rich.console import Console

from data_contracts.errors import LotwiseError
from pipelines.commands import (
    check,
    profile,
    publish,
    report,
    roi,
    run,
    self_test,
    simulate,
    sql,
    verify,
)

app = typer.Typer(
    help="What precedes failed batches, how surely, and what preventing them is worth.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (run, self_test, simulate, check, profile, roi, report, sql, publish, verify):
    name = command.__name__.rsplit(".", 1)[-1].replace("_", "-")
    app.command(name=name)(command.command)


def main() -> None:
    """Run the command line and turn our own errors into a message and an exit code."""
    errors = Console(stderr=True, soft_wrap=True)
    try:
        app()
    except LotwiseError as error:
        errors.print(f"Error: {error}", markup=False, highlight=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
