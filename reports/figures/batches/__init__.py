"""Figures of one batch, or of one parameter over batches: plain Plotly JSON, drawn by the thousand.

Here belong figures of the pages of batches and parameters. A thousand pages are drawn in a few
seconds, so they are dictionaries as Plotly writes them: figure objects, which check every property
and cost as much as the rest of a page, belong to the rooms beside this one.
"""
