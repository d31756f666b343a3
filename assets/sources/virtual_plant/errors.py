"""The one error of the virtual plant."""

from data_contracts.errors import UsageError


class PlantError(UsageError):
    """A plant file, a policy or an output folder is not what the simulation needs."""
