"""Figures of one batch, or of one parameter over batches: plain Plotly JSON, drawn by the thousand.

A thousand pages are drawn in a few seconds, so these are dictionaries as Plotly's figures write
them, not figure objects, which check every property and cost as much as the rest of a page.
"""
