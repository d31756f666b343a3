"""The plant without exports: features, outcomes and margins at once, for studies.

Here belongs the shortcut past files and warehouse that studies of hundreds of plants take. Tests
hold it to what the exports give. Nothing of the product itself runs on it.
"""
