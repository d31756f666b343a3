"""The loader every YAML file of the product is read with: safe, and written in C where it is built.

Read by the loader in Python, a plant file takes half a second and all contracts two; by this one a
tenth of that, with the same result. What strangers may have written passes
``untrusted.modest_yaml`` first.
"""

import yaml

SAFE_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
