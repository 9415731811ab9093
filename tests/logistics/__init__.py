"""Tests of the product without HTTP."""
