"""Tests: logistics imports."""
