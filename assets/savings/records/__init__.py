"""What the records say of failures and their cost: baseline, counts, ledger, alarms, answers.

Here belongs what is counted or priced as recorded, before any lever. What a lever would change
belongs to ``levers``.
"""
