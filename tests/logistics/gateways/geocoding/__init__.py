"""Tests: logistics gateways geocoding."""
