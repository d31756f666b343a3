"""The definitions Dagster loads: the product with its own resources, and the site's hours."""

from pipelines.build import build_definitions
from pipelines.site.asked import find_site

defs = build_definitions(find_site())
