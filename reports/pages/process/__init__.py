"""Pages on the process itself, whether batches failed or not.

Here belongs what these pages show, one module a subject. What is about failures belongs beside this
folder.
"""
