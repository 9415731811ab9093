"""Pages of those who follow up."""
