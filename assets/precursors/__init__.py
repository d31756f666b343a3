"""Events that come before failures: which, within what lag, beside what matched batches.

Here belong the history of events, lags, matched blocks, the search over windows with its control of
chance, sequences, and the second look on later batches. Conditions on parameters belong to
``rules``, times since an event to time to failure.
"""
