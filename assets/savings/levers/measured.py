"""What the records measure of a lever, whatever its kind: a sentence, and draws of its roles."""

from collections.abc import Mapping
from typing import Protocol

from assets.savings.uncertainty.draws import Draws
from assets.statistics.array_types import FloatArray


class Measured(Protocol):
    """Roles of a lever that the records measure."""

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of each measured role."""
