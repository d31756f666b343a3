"""What analysts begin with: tables in the words people use, made of the other tables in SQL alone.

Here belong the SELECT of each mart and the worked questions asked of them. Nothing is computed that
another topic would have to know of: a number that needs more than SQL belongs to its topic.
"""
