"""How the passes over readings are compiled, and the types of the columns they take.

Instants are microseconds since 1970, int64. A value that is no finite number is NaN. Qualities are
numbers in ``columns.QUALITIES``. A pass takes whole columns and lets go of the interpreter.
"""

from typing import Any, Final

import numpy as np
from numba import types

Array = np.ndarray[Any, np.dtype[Any]]

DAY_US: Final = 86_400_000_000
BAD: Final = 2
CODES = types.Array(types.int32, 1, "C", readonly=True)
TIMES = types.Array(types.int64, 1, "C", readonly=True)
VALUES = types.Array(types.float64, 1, "C", readonly=True)
BYTES = types.Array(types.uint8, 1, "C", readonly=True)
HASHES = types.Array(types.uint64, 1, "C", readonly=True)
OUT_CODES = types.Array(types.int32, 1, "C")
OUT_TIMES = types.Array(types.int64, 1, "C")
OUT_VALUES = types.Array(types.float64, 1, "C")
OUT_BYTES = types.Array(types.uint8, 1, "C")
OUT_HASHES = types.Array(types.uint64, 1, "C")
HOW: Final = {"nogil": True, "cache": True, "error_model": "numpy"}
