import re
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from workforce.models.people import User

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none is taken for another
LENGTH = 10


def new_code() -> str:
    """50 bits."""
    return "".join(secrets.choice(LETTERS) for _each in range(LENGTH))


class Badge(models.Model):
    """The code by which a merchant asks whether somebody at the door is ours. What is revoked is gone."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="badge")
    code = models.CharField(_("badge code"), max_length=LENGTH, unique=True, default=new_code)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")

    def __str__(self) -> str:
        """In two halves, as it is read aloud."""
        return f"{self.code[: LENGTH // 2]}-{self.code[LENGTH // 2 :]}"

    @staticmethod
    def code_of(typed: str) -> str:
        """However it was typed."""
        return re.sub(r"[^0-9A-Z]", "", typed.upper())
