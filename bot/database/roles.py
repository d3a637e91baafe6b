"""What somebody who signs in may do."""

from __future__ import annotations

# Each may do what those before it may.
ROLES = ("editor", "approver")
