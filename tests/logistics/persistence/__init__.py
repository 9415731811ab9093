"""Tests: logistics persistence."""
