"""Tests: web admin."""
