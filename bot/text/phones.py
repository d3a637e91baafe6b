"""Phone numbers of the United States, as people write them."""

from __future__ import annotations

import re

# In any spelling: 888-624-4752, (888) 624 4752, 1.888.624.4752, 18886244752; area, office and line as groups.
PHONE = re.compile(
    r"(?<![\d-])(?:\+?1[^\w,;:]{0,3})?\(?([2-9]\d\d)[^\w,;:]{0,3}([2-9]\d\d)[^\w,;:]{0,3}(\d{4})(?![\d-])"
)
