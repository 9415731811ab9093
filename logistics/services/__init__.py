"""One service per step of the week; each is a function over an open session and never commits."""
