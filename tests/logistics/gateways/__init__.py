"""Tests: logistics gateways."""
