"""How many threads the numeric libraries of a run may start, said before any of them is loaded.

A run spreads its own work: tasks of a study, months of readings, columns of a frame. A library that
spreads one product of matrices over all cores beside that gains nothing, and its threads wait for
one another by spinning: beside other work they cost a run a multiple of its processor seconds.
So linear algebra and OpenMP get one thread and wait asleep; polars and DuckDB, which do spread
work and sleep while they have none, keep a thread a core. No table depends on any of it.
"""

import os

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}


def keep_threads_to_ourselves() -> None:
    """Set what the libraries read as they are loaded, where whoever started us has not.

    Processes started from here inherit it.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
