"""The plant's records as its systems would export them, with the faults such exports have.

Here belongs one module per system (MES, ERP, laboratory, historian, quality, maintenance). What
happened in the plant belongs to ``production`` and ``sensors``.
"""
