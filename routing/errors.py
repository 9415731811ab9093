"""What can go wrong in `routing`, as types a caller can catch."""


class ProblemError(ValueError):
    """The problem (or a wire document) breaks a rule of its own shape.

    `subject` names the stop, vehicle, pickup, limit or matrix; `rule` is the rule in a few words.
    """

    def __init__(self, subject: str, rule: str) -> None:
        super().__init__(f"{subject}: {rule}")
        self.subject = subject
        self.rule = rule

    def __reduce__(self) -> tuple[type["ProblemError"], tuple[str, str]]:
        return type(self), (self.subject, self.rule)


class EngineError(RuntimeError):
    """An engine failed, or its answer did not pass the checker; the message says which."""
