"""Names a rule may read beside tests and parameters: kinds of event, and facts of a batch.

Here belongs how they are named and checked. What they are worth for a batch belongs to
``assets.core``.
"""
