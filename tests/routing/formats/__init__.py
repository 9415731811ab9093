"""Tests of the instance readers."""
