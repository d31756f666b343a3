"""The traceability matrix: what guidelines ask, what here covers it, and what the site must add.

One YAML file a guideline, in the order of its clauses. Here belongs what
can be traced, with the tests and tables that cover it. Judgement of a site does not belong here.
"""
