"""Read models: frozen rows for pages and commands."""
