"""The page for shops that want a terminal: no login, and no word about who is known here already."""

from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from journal.actions import once
from prospecting.actions.intake import ask_for_terminal
from prospecting.public_forms import WantForm
from toolkit.secrets import normalize_phone
from workorders import public_limits as limits
from workorders.views.public import PublicForm, PublicPage


class WantPage(PublicForm):
    """?c= is the code that stands on a campaign's material."""

    template_name = "public/want.html"
    form_class = WantForm

    def get_initial(self) -> dict[str, Any]:
        return {"c": self.request.GET.get("c", "")[:40]}

    def get_context_data(self, too_many: limits.TooMany | None = None, **kwargs: Any) -> dict:
        return super().get_context_data(needs_proof=True, **kwargs)

    def act(self, form: WantForm) -> HttpResponse:
        """Once per id: a double tap or a retry costs nothing and brings nothing."""
        values, at = form.cleaned_data, timezone.now()
        id, has_proof = values["id"], values["has_proof"]
        told = {name: value for name, value in values.items() if name not in ("id", "website", "has_proof")}

        def run() -> dict:
            phone = told["phone"]
            limits.check_filing(
                self.request, about=f"want {normalize_phone(phone)}", phone=phone, is_on_the_spot=False,
                has_proof=has_proof, at=at,
            )  # fmt: skip
            ask_for_terminal(**told, at=at)
            return {}

        body = {
            **told,
            "trade": told["trade"] and told["trade"].pk,
            "campaign": told["campaign"] and told["campaign"].pk,
        }
        try:
            once(id, by=None, at=at, body=body, run=run)
        except limits.TooMany as too_many:
            sentence = _when_again(too_many)
            raise limits.TooMany(sentence, wait_s=too_many.wait_s, proof_helps=too_many.proof_helps) from too_many
        return redirect("public:want-sent")


def _when_again(too_many: limits.TooMany) -> str:
    """A shop that asks for a terminal has reported nothing, and has no service contact to call."""
    minutes = ceil(too_many.wait_s / 60)
    if too_many.proof_helps:
        told = ngettext(
            "Please send it once more: this page then makes a short check by itself. Otherwise try again in %(count)d minute.",
            "Please send it once more: this page then makes a short check by itself. Otherwise try again in %(count)d minutes.",
            minutes,
        )
    else:
        told = ngettext(
            "Very many are asking just now, and yours has not been sent. It stays here: send it again in %(count)d minute.",
            "Very many are asking just now, and yours has not been sent. It stays here: send it again in %(count)d minutes.",
            minutes,
        )
    return told % {"count": minutes}


class WantSentPage(PublicPage):
    """The same for everybody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "public/want_sent.html")
