"""Tests: logistics planning."""
