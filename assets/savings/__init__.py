"""What failures cost, what preventing them is worth, and how sure that is.

Here belong the cost-of-poor-quality ledger, the levers and the decision on each, value by gate,
scenarios and the plain arithmetic of ``lotwise roi``. Detecting failures does not belong here:
verdicts and alarm counts arrive as tables, and no saving is claimed without them. Numbers nobody
measured come from ``data_contracts.assumptions``, never from this code.
"""
