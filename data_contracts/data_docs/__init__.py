"""Suites and validation results kept as users of great_expectations know them, and read.

Here belong the project on disk (suites and results in great_expectations' own stores), what was
refused at the gate as a suite of its own, and the Data Docs: static pages that need nothing from
outside. Judging is in ``quality``; when a table is judged, and where the pages lie, is said by the
pipelines and the warehouse.
"""
