"""The steps by which the database for staff data has become what it is (Alembic)."""
