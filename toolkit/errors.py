"""What an action says when it will not do what was asked."""


class Refused(Exception):
    """Not allowed now. The text is shown to the person as it stands: what is wrong and what to do.

    `field` names the form field the sentence belongs to, where there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)
