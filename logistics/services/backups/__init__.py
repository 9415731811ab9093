"""Backups: everything a network holds in one locked file, tried out when it is made, and brought back whole or not at all."""
