"""Linear algebra on one thread while a study is at work, and as before afterwards."""

import numpy as np

from assets.statistics.one_thread import one_thread


def _threads() -> list[int]:
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))  # so that the library is there
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


@one_thread()
def _threads_within() -> list[int]:
    return _threads()


def test_one_thread_within_and_as_many_as_before_afterwards():
    before = _threads()
    assert before
    with one_thread():
        assert set(_threads()) == {1}
    assert set(_threads_within()) == {1}
    assert _threads() == before
