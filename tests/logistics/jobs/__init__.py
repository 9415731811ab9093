"""Jobs, in worker processes of their own."""
