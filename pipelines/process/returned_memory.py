"""Memory that a run has done with goes back to the system.

The C library keeps what is freed for the next request, up to arrays of 32 MB, in a heap for every
thread. Matrices of a few MB, made and dropped by several threads, leave these heaps full of holes:
a study of a thousand batches then holds twice what it uses.
"""

import ctypes

# Of malloc.h of the GNU C library.
M_MMAP_THRESHOLD = -3
LARGE_ARRAY_BYTES = 1 << 20


def give_back_large_arrays() -> None:
    """Let every array of a megabyte and more have pages of its own, given back as it is dropped.

    Does nothing where the C library is another.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_MMAP_THRESHOLD, LARGE_ARRAY_BYTES)
