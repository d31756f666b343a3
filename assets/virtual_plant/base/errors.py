"""The one error of the virtual plant: a plant file that cannot be simulated as it stands."""

from data_contracts.errors import UsageError


class PlantError(UsageError):
    """A plant file, a policy or an output folder is not what the simulation needs."""
