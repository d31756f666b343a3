"""How it runs: Dagster definitions, jobs, schedules, checks, IO, and the command line.

Here belong the wiring of assets into jobs, the resources they name by key, and the ``lotwise``
command that runs the same jobs in process. Arithmetic does not belong here.
"""
