"""Tests: the base map."""
