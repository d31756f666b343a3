"""What is studied: an outcome at a gate as a task, its folds, and what tasks share.

Here belongs what makes a batch matrix ready for fitting: within product, relative to the recent
past, split in time. The matrix itself is ``batch_matrix``; fitting and judging do not belong here.
"""
