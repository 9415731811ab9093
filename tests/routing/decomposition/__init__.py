"""Tests of planning in parts."""
