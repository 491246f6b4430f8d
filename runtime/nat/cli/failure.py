"""What a command says when it cannot go on: one line, and a status."""


class CommandFailed(Exception):
    """Shown as one line on standard error. `status` 1: it did not work; 2: it was called wrongly."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        self.message = message
        self.status = status
        super().__init__(message)
