"""The errors lotwise raises on purpose, few and shared by every room.

Here belong only classes: each message says what is wrong, where, and what to do next, and each
class carries the exit code the command line ends with. Statistical doubt is a value in a table,
never an exception, so it has no class here.
"""

DATA_OR_CHECKS_FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130  # what shells expect of a command ended by Ctrl-C


class LotwiseError(Exception):
    """Any failure lotwise explains itself; ``exit_code`` is what the command line returns."""

    exit_code = DATA_OR_CHECKS_FAILED


class ContractError(LotwiseError):
    """A frame or a contract file does not agree with what the contract says."""


class SourceError(LotwiseError):
    """A source cannot be read as what it claims to be; nothing of it is written."""


class ProfileError(LotwiseError):
    """A source profile is broken or names what the source does not have."""

    exit_code = WRONG_USAGE


class AssumptionError(LotwiseError):
    """A cost assumption is missing, contradicts itself or lacks its owner, source or unit."""

    exit_code = WRONG_USAGE


class UsageError(LotwiseError):
    """A command was called with arguments that do not fit together."""

    exit_code = WRONG_USAGE


class RunLockedError(LotwiseError):
    """Another run holds the home's lock."""


class RunInterruptedError(LotwiseError):
    """A run was stopped from outside before it had published anything."""

    exit_code = INTERRUPTED


class WarehouseError(LotwiseError):
    """The warehouse cannot be opened, written or published as asked."""


class FileHeldError(WarehouseError):
    """Another process holds a warehouse file in a way that keeps everybody else out."""
