"""Linear algebra on one thread: the same sums on every machine, and no threads that spin.

Studies make thousands of small products and solutions. Spread over threads each takes longer, and
beside other work, where threads wait for one another, many times longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Let every call of linear algebra use one thread; a context, or a decorator of a function.

    Examples:
        >>> import numpy
        >>> from threadpoolctl import threadpool_info
        >>> with one_thread():
        ...     {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
        {1}
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
