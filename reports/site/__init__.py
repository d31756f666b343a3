"""The pages of a report as files: frames, links between them, the index, what is kept.

Here belongs what turns gathered facts into HTML documents that lie beside one another. What a
page says belongs to ``reports.pages``; charts to ``reports.figures``.
"""
