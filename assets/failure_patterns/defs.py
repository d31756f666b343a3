"""Dagster assets of the failure patterns: loads tables, calls the pure functions, saves."""
