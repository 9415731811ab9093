"""Engines that solve a routing problem, behind one Protocol."""
