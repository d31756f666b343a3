"""The definitions Dagster loads: the product with its own resources, and the site's hours."""

import dagster as dg

from pipelines.process.processor_threads import keep_threads_to_ourselves
from pipelines.process.returned_memory import share_one_heap


def _definitions() -> dg.Definitions:
    keep_threads_to_ourselves()
    share_one_heap()
    # These load the numeric libraries, which read their number of threads as they are loaded.
    from pipelines.build import build_definitions
    from pipelines.site.asked import find_site

    return build_definitions(find_site())


defs = _definitions()
