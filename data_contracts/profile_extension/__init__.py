"""Extending: a profile that says only what differs from another.

Here belongs how two profiles become one document. What a key means does not belong here, but to
``profile_schema``.
"""
