"""Figures of batches: of one, of one parameter over batches, and of batches watched whole.

Here belong figures of the pages of batches and parameters. A thousand pages are drawn in a few
seconds, so theirs are dictionaries as Plotly writes them: figure objects, which check every
property and cost as much as the rest of a page, belong to the charts that the catalogue names.
"""
