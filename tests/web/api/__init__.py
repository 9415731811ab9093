"""What answers as JSON: its description, and schemathesis against it."""
