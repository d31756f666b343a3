"""What a home notes beside its warehouses, a line each and only added to.

Here belong who approved which model version, heads of the score book, and the audit trail of
protocols, with how such entries are sealed. Tables do not belong
here: what is noted is held against them, so it must not be restored with them.
"""
