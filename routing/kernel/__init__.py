"""The compiled search: slack induction by string removals over the arrays of one problem.

`fits` says which problems it can express; `routing.engines.kernel` is its door. What it finds is replayed and checked
like every other engine's answer.
"""

from routing.kernel.fits import fits

__all__ = ["fits"]
