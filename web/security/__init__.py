"""Who may come in, what a page may load, and what one request may change."""
