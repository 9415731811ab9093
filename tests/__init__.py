"""The tests mirror the packages: routing, logistics and web."""
