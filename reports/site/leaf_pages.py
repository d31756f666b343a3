"""All pages of batches and parameters, and the index that finds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from reports.pages.facts import Facts
from reports.site.batch_page import BATCHES_FOLDER, PARAMETERS_FOLDER, render_batch
from reports.site.batch_records import Bundle, batch_bundles
from reports.site.file_names import file_name
from reports.site.index_page import render_index
from reports.site.kept_pages import Drawing, inputs_hash
from reports.site.parameter_pages import parameter_bundles, render_parameter


@dataclass(frozen=True)
class LeafPages:
    """What is to be drawn.

    Attributes:
        folders: Pages by folder and file name.
        index: The index.
    """

    folders: Mapping[str, Mapping[str, Drawing]]
    index: str


def leaf_pages(facts: Facts) -> LeafPages:
    """Gather every page of a batch or a parameter; none is drawn yet."""
    batches = batch_bundles(facts)
    parameters = parameter_bundles(facts, batches)
    with_page = frozenset(batches)
    return LeafPages(
        {
            BATCHES_FOLDER: {
                file_name(batch): _of_batch(bundle, with_page) for batch, bundle in batches.items()
            },
            PARAMETERS_FOLDER: {
                file_name(name): Drawing(inputs_hash(bundle), partial(render_parameter, bundle))
                for name, bundle in parameters.items()
            },
        },
        render_index(batches, parameters),
    )


def _of_batch(bundle: Bundle, with_page: frozenset[str]) -> Drawing:
    linked = {row["neighbour_id"] for row in bundle["similar"]} & with_page
    return Drawing(
        inputs_hash(bundle, sorted(linked)), partial(render_batch, bundle, frozenset(linked))
    )
