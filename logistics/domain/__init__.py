"""The product's vocabulary and rules, as values: no framework, no database, no clock."""
