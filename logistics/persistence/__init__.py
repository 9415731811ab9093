"""Tables, sessions and network scope: SQLAlchemy 2.1 on SQLite or PostgreSQL."""
