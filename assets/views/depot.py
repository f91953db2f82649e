"""The depot's bench: one device after another under the scanner, each scan one action."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from assets import actions, forms, permissions
from assets.actions.custody import ICCID
from assets.lifecycle import Step
from assets.models import Sticker, Terminal, normal_code
from assets.queries import find_by_code
from journal.actions import once
from toolkit.errors import Refused
from toolkit.templatetags.toolkit import status_badge
from toolkit.views import Page
from workforce.models import User

# step: its action and what it takes of the form
BENCH: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    Step.STAGE: (actions.stage_terminals, ("run", "firmware", "warranty_ends_on")),
    Step.KEY: (actions.key_terminals, ("run",)),
    Step.TEST: (actions.test_terminals, ("run",)),
    Step.ISSUE: (actions.issue_terminals, ("holder",)),
    Step.TAKE_BACK: (actions.take_back_terminals, ()),
    Step.WIPE: (actions.wipe_terminals, ("run",)),
    Step.SCRAP: (actions.scrap_terminals, ("reason",)),
}
RECEIVED_WITH = ("model", "region", "firmware", "warranty_ends_on", "owner")


class BenchPage(Page, TemplateView):
    title = gettext_lazy("Depot bench")
    permission = permissions.EDIT_TERMINAL
    template_name = "assets/bench.html"

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        asked = self.request.GET
        initial = {"step": asked.get("step", Step.RECEIVE), "region": user.region_id, "owner": Terminal.Owner.OURS}
        form = forms.BenchForm(by=user, initial=initial)
        return super().get_context_data(form=form, steps=forms.BENCH_STEPS, code=asked.get("code", ""), **kwargs)


class BenchScan(Page, View):
    """One scan. Says what became of the device, or why nothing did; the same scan sent twice is done once."""

    permission = permissions.EDIT_TERMINAL

    def post(self, request: HttpRequest) -> JsonResponse:
        at = timezone.now()
        try:
            id = UUID(request.POST.get("command", ""))
            body = {
                key: values for key, values in request.POST.lists() if key not in ("command", "csrfmiddlewaretoken")
            }
            return JsonResponse(once(id, by=request.user, at=at, body=body, run=lambda: self._done(at)))
        except Refused as refusal:
            return JsonResponse({"refused": str(refusal)})
        except ValueError:
            return JsonResponse({"refused": _("This page is out of date. Please load it again.")})

    def _done(self, at: datetime) -> dict[str, str]:
        user, code = self.request.user, normal_code(self.request.POST.get("code", ""))
        if not code:
            raise Refused(_("Scan a serial number."))
        if after := self.request.POST.get("sim_of"):
            return _said(actions.put_sim(_found(after, user), sim_iccid=code, by=user, at=at))
        if self.request.POST.get("step") == Step.UNDO:
            return _said(actions.undo_step(_found(code, user), by=user, at=at))
        form = forms.BenchForm(self.request.POST, by=user)
        if not form.is_valid():
            raise Refused(
                " ".join(f"{form.fields[name].label}: {' '.join(sentences)}" for name, sentences in form.errors.items())
            )
        given, step = form.cleaned_data, form.cleaned_data["step"]
        if step == Step.RECEIVE:
            if ICCID.fullmatch(code):
                raise Refused(
                    _(
                        "This is the number of a SIM. SIMs are scanned after the device they are put into, when it is staged."
                    )
                )
            values = {name: given[name] for name in RECEIVED_WITH}
            day = values["region"].service_date(at)
            return _said(actions.receive_terminal(serial=code, received_on=day, **values, by=user, at=at))
        run, names = BENCH[step]
        (terminal,) = run([_found(code, user)], **{name: given[name] for name in names}, by=user, at=at)
        return _said(terminal)


def _found(code: str, user: User) -> Terminal:
    found = find_by_code(code, user)
    terminal = found.terminal if isinstance(found, Sticker) else found
    if terminal is None:
        raise Refused(
            _("%(code)s is not known in your regions. Receive it first, or look at the code.") % {"code": code}
        )
    return terminal


def _said(terminal: Terminal) -> dict[str, str]:
    where = terminal.holder.name if terminal.holder_id else ""
    return {
        "serial": terminal.serial,
        "url": terminal.get_absolute_url(),
        "model": " · ".join(
            filter(None, [str(terminal.model), where, terminal.sim_iccid and f"SIM {terminal.sim_iccid}"])
        ),
        "status": status_badge(terminal.status, terminal.get_status_display()),
    }
