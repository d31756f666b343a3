"""The two-page summary for executives as a PDF, made without a browser.

Pictures (the only use of matplotlib), the page (the only use of typst) and what is put on it belong
here. Words and figures come from claims; a page is drawn the same to the byte from the same
warehouse, so it is verified by drawing it again.
"""
