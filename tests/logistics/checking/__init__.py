"""The plan checker, rule by rule."""
