"""One history of runs per home, whoever started them: Dagster's instance, and what it is told.

Here belongs opening that instance, closing runs whose process died, seeing what was delivered, and
telling people of a run that failed. What a run does, and when it is due, does not.
"""
