"""Tests: logistics services."""
