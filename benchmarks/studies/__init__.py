"""What studies over many plants share: the resumable record of rows, and marks against the truth.

Here belongs what more than one study needs. A study's own plants, bars and print-out stay in its
own file one folder up.
"""
