"""How the kernel is compiled, and what it costs to change it.

Two ways: ``exactly`` keeps the order in which a formula is written; ``in_lanes`` lets the compiler
sum over several lanes at once, which is as exact and several times as fast, for loops over finite
numbers. Divisions by zero give infinities and NaN, as in numpy, instead of stopping a whole month.

Everything is inlined into the one entry. A function with a name of its own is compiled twice, for
itself and for the entry, and the process that compiles may take the one where every later process
takes the other: sums over lanes then differed in the last digit between the first run of an
installation and all others.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

LANES = {"reassoc", "contract", "arcp", "nsz", "nnan"}

exactly = njit(error_model="numpy", forceinline=True)
in_lanes = njit(error_model="numpy", forceinline=True, fastmath=LANES)


def sources_digest() -> str:
    """Hash the kernel's source files.

    The compiler's cache notices a change of the file that holds a compiled entry and of no other;
    an entry kept under a name with this digest is compiled anew when any of them changes.
    """
    files = [*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "registry.py"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
