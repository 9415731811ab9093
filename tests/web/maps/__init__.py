"""Tests: web maps."""
