"""What batches are compared by: numbers per batch, put together to traits that count alike."""

from dataclasses import dataclass, replace

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Traits:
    """Numbers of batches, column by column, and the trait each column belongs to.

    A trait is the trajectory of one tag in one phase, or all features about one quantity. Each
    counts once, however many columns it has.

    Attributes:
        batch_ids: Per row.
        names: Per trait, in words.
        trait: Per column, the place of its trait in ``names``, ascending.
        values: (batches, columns), NaN where missing.
        is_course: Whether the columns of a trait are steps of a trajectory, in one unit.
    """

    batch_ids: list[str]
    names: list[str]
    trait: IntArray
    values: FloatArray
    is_course: bool

    @property
    def weight(self) -> FloatArray:
        """Per column, its part of the one that its trait counts."""
        return np.asarray(1.0 / np.bincount(self.trait, minlength=len(self.names))[self.trait])

    @property
    def ends(self) -> IntArray:
        """(traits + 1,) where each trait begins among the columns, and the end of the last."""
        return np.searchsorted(self.trait, np.arange(len(self.names) + 1)).astype(np.int64)

    def at(self, batch_ids: list[str]) -> "Traits":
        """The batches of a list in its order; one that has no row has nothing but gaps."""
        place = {name: row for row, name in enumerate(self.batch_ids)}
        gaps = np.full((1, self.values.shape[1]), np.nan)
        rows = [place.get(name, -1) for name in batch_ids]
        return replace(self, batch_ids=batch_ids, values=np.vstack([self.values, gaps])[rows])

    def of_columns(self, is_kept: BoolArray) -> "Traits":
        """The same batches by some of the columns; a trait without any left is gone."""
        left, trait = np.unique(self.trait[is_kept], return_inverse=True)
        return replace(
            self,
            names=[self.names[i] for i in left],
            trait=np.asarray(trait, dtype=np.int64),
            values=self.values[:, is_kept],
        )
