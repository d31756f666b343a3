"""Dagster assets of time to failure: loads tables, calls the pure functions beside it, saves."""
