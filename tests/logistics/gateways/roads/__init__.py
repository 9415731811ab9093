"""Tests: logistics gateways roads."""
