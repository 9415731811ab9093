"""Tests: logistics domain."""
