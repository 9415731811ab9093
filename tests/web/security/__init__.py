"""Attacks that must come to nothing."""
