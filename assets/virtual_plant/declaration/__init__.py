"""The plant as declared: the plant file, what it may say, and the checks that refuse a bad one.

Here belong variables, laws, places, planted causes, the structural model they make up, and policies
that hold a variable. Drawing batches from it belongs to ``production``.
"""
