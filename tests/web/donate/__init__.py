"""The donor's pages."""
