"""The product without HTTP: what a community food network does in a week."""
