"""The plan checker, one file for each family of rules. It reads rows and shares nothing with planning or routing."""
