"""What is told of a source: counts received, accepted, quarantined, and what looks odd.

Here belongs the account people and ``evidence.ingestion`` get. Deciding what is refused does not
belong here.
"""
