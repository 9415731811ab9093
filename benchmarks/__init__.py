"""What measures: never collected as tests."""
