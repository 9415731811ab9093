"""Numbered Alembic migrations; `rounds db upgrade` runs them, nothing else does."""
