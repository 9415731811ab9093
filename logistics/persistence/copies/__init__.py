"""Whole copies of a database: written while people work, loaded beside it, and put in its place in one step."""
