"""Tests: web platform."""
