"""The programme's arithmetic as a page can redo it: its steps, its inputs, and draws of them.

Here belongs what a reader's own case is recomputed from. The formulas belong to ``arithmetic``,
which is recorded, never written again; the page belongs to the reports.
"""
