"""The definitions Dagster loads: the product with its own resources, nothing replaced."""

from pipelines.build import build_definitions

defs = build_definitions()
