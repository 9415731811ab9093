"""Our engines beside other people's solvers: same instances, same wall time, one judge.

`python -m routing bench FOLDER` runs it. Every run has a process of its own; the solvers take turns, so that a busy
minute of the machine hits all of them; every cost is counted again by `routing.checker` on our `Problem`.
"""
