"""The two-page summary for executives as a PDF, made without a browser.

Here belong pictures (the only use of matplotlib), the page (the only use of typst) and what is put
on it. Words and figures do not: they come from claims. A page is drawn the same to the byte from
the same warehouse, so it is verified by drawing it again.
"""
