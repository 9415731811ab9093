"""Ports to the outside world, each with a real and a test implementation."""
