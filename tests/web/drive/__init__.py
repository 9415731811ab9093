"""The driver's pages."""
