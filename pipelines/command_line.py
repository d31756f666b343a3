"""The ``lotwise`` command: one function per command, each in its own file under ``commands/``.

Exit codes: 0 done, 1 the data or the checks failed, 2 wrong usage. 130 interrupted. Our
own errors are printed as one message that says what, where and what to do next.
"""

import gc
import sys

import typer

from data_contracts.errors import DATA_OR_CHECKS_FAILED, LotwiseError
from pipelines.commands import (
    assumptions,
    check,
    excursions,
    profile,
    publish,
    report,
    roi,
    run,
    self_test,
    simulate,
    verify,
    what_if,
)
from pipelines.commands.evidence import freeze, protocol
from pipelines.commands.nights import approve, backfill, init, nightly, serve
from pipelines.commands.queries import export, review, similar, sql, trace, verification_plan
from pipelines.process.processor_threads import keep_threads_to_ourselves
from pipelines.process.returned_memory import share_one_heap
from pipelines.terminal.console import print_error
from pipelines.terminal.system_errors import SYSTEM_ERRORS, spoken_by_system

app = typer.Typer(
    help="What precedes failed batches, how surely, and what preventing them is worth.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    *(protocol, freeze),
    *(run, nightly, approve, backfill, self_test, excursions, simulate, check, profile),
    *(roi, assumptions, what_if, report, sql, similar, trace, export, verification_plan),
    *(review, publish, verify, init, serve),
)
# Importing makes half a million objects and no garbage, which to look for takes half a second.
STARTING_OBJECTS = 50_000
for command in COMMANDS:
    name = command.__name__.rsplit(".", 1)[-1].replace("_", "-")
    app.command(name=name)(command.command)


def main() -> None:
    """Run the command line and turn our own errors into a message and an exit code."""
    keep_threads_to_ourselves()
    gc.set_threshold(STARTING_OBJECTS)
    share_one_heap()
    try:
        app()
    except LotwiseError as error:
        print_error(str(error))
        sys.exit(error.exit_code)
    except SYSTEM_ERRORS as error:
        print_error(spoken_by_system(error))
        sys.exit(DATA_OR_CHECKS_FAILED)


if __name__ == "__main__":
    main()
