"""Tests: what is kept of a person, handed out, erased."""
