"""A crawl of every page and form as each role, with text that tries to break them."""
