"""What each tier owes: evidence a quality unit can sign, from protocols frozen before any scoring.

Here belong protocols drafted from the records, what is frozen with one, its challenges scored by
named methods, and whether a lever has the evidence of its tier. What replays the whole path on
changed readings is composed in ``pipelines``; money and pages do not belong here.
"""
