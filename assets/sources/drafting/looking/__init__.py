"""Looking: what files and columns show by themselves.

Here belongs how files are written, what dates, names and numbers look like, and which columns say
the same. What a profile makes of it belongs to the rest of ``drafting``.
"""
