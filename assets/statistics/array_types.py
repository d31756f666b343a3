"""The three array types the methods speak: floats, integers, booleans.

Only names for types live here, so that a signature says what it holds without a line of numpy.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
