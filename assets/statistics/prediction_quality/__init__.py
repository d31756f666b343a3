"""How good predictions are: ranking, calibration, coverage, and what could have been detected.

Here belongs what compares predictions with results. Making predictions belongs to the models of a
topic.
"""
