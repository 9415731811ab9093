"""The dispatcher's desk."""
