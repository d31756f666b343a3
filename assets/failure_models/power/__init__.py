"""What this study would have found, measured by planting causes into the run's own records.

Here belong planting a cause of a known worth and running the ladder on what results. What the
ladder is belongs to ``estimators`` and ``signal``; when a self-test is made, to the pipelines.
"""
