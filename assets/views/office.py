from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from assets import actions, forms, lists, permissions
from assets.lifecycle import IN_A_BAG, NEXT, Step, TerminalStatus
from assets.models import Binding, Mismatch, Sticker, Terminal, normal_code
from assets.queries import find_by_code, where_on
from assets.stickers import public_url
from journal.models import Entry
from journal.queries import read
from merchants.models import Merchant
from toolkit.codes import qr_svg
from toolkit.errors import Refused
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page, PanelPage, SubjectMixin

MOST_PAST = 50
EDITED = ("model", "tid", "region", "received_on", "firmware", "sim_iccid", "warranty_ends_on", "owner")


class TerminalList(ListPage):
    name = "terminal-list"
    title = gettext_lazy("Terminals")
    permission = permissions.VIEW_TERMINAL
    filterset_class = lists.TerminalFilter
    table_class = lists.TerminalTable
    export_permission = permissions.EXPORT_TERMINALS
    create_url = "office:terminal-receive"
    create_permission = permissions.EDIT_TERMINAL
    create_label = gettext_lazy("Receive terminals")
    empty_text = gettext_lazy("No terminals yet: receive some, or import a spreadsheet.")

    def rows(self):
        terminals = Terminal.objects.visible_to(self.request.user)
        return terminals.select_related("model", "region", "holder", "state").with_live_bindings()


class IdleList(TerminalList):
    """The longest idle first: in stock, in bags, back and not wiped."""

    name = "idle-list"
    title = gettext_lazy("Idle terminals")
    filterset_class = lists.IdleFilter
    table_class = lists.IdleTable
    create_url = ""
    empty_text = gettext_lazy("Nothing lies idle.")

    def rows(self):
        return super().rows().idle().order_by("since", "pk")


class MismatchList(ListPage):
    name = "mismatch-list"
    title = gettext_lazy("Away from their place")
    permission = permissions.VIEW_TERMINAL
    filterset_class = lists.MismatchFilter
    table_class = lists.MismatchTable
    export_permission = permissions.EXPORT_TERMINALS
    empty_text = gettext_lazy("Every terminal is where it is registered, as far as anybody has said.")

    def rows(self):
        mismatches = Mismatch.objects.visible_to(self.request.user)
        return mismatches.select_related("terminal", "binding__merchant", "reported_by", "resolved_by")


class TerminalMixin:
    permission = permissions.VIEW_TERMINAL
    slug_field = "serial"

    def subjects(self):
        """The office's pages: field staff have their own."""
        user = self.request.user
        terminals = Terminal.objects.none() if user.is_field else Terminal.objects.visible_to(user)
        return terminals.select_related("model", "region", "holder")


class TerminalDetail(TerminalMixin, DetailPage):
    template_name = "assets/terminal.html"

    def get_context_data(self, **kwargs) -> dict:
        terminal = self.subject
        sticker = terminal.stickers.filter(voided_at=None).first()
        following = NEXT[TerminalStatus(terminal.status)]
        return super().get_context_data(
            binding=terminal.live_binding,
            sticker=sticker,
            qr=qr_svg(public_url(sticker)) if sticker else "",
            mismatch=terminal.mismatches.open().select_related("binding", "reported_by").first(),
            next_step=_next_step(terminal),
            can_issue=terminal.status == TerminalStatus.TESTED and not terminal.is_blocked,
            can_take_back=terminal.status in IN_A_BAG,
            can_bind=TerminalStatus.LIVE in following
            and not terminal.is_blocked
            and terminal.holder_id in (None, self.request.user.pk),
            can_unbind=terminal.status == TerminalStatus.LIVE,
            can_scrap=TerminalStatus.SCRAPPED in following,
            can_stick=terminal.status != TerminalStatus.SCRAPPED,
            **kwargs,
        )


def _next_step(terminal: Terminal) -> tuple[str, str] | None:
    """What the depot does with it next, and how its button is called."""
    status = TerminalStatus(terminal.status)
    if status == TerminalStatus.STAGED and not terminal.model.needs_keys:
        status = TerminalStatus.KEYED
    step = {
        TerminalStatus.RECEIVED: Step.STAGE, TerminalStatus.WIPED: Step.STAGE, TerminalStatus.STAGED: Step.KEY,
        TerminalStatus.KEYED: Step.TEST, TerminalStatus.RETURNED: Step.WIPE,
    }.get(status)  # fmt: skip
    return (step.value, str(dict(forms.BENCH_STEPS)[step])) if step else None


class WhereWasIt(Page, TemplateView):
    """?serial=…&day=…: in whose hands it was."""

    permission = permissions.VIEW_TERMINAL
    title = gettext_lazy("Where was it on a day?")
    template_name = "assets/where.html"

    def get_context_data(self, **kwargs) -> dict:
        form = forms.WhereForm(self.request.GET or None, initial={"day": timezone.localdate()})
        terminal = found = None
        if form.is_valid():
            code, seen = form.cleaned_data["serial"], Terminal.objects.visible_to(self.request.user)
            known = find_by_code(code, self.request.user)
            known = known.terminal if isinstance(known, Sticker) else known
            terminal = known or seen.filter(tid=normal_code(code)).first()
            found = terminal and where_on(terminal, form.cleaned_data["day"])
        is_unknown = form.is_bound and form.is_valid() and terminal is None
        return super().get_context_data(form=form, terminal=terminal, found=found, is_unknown=is_unknown, **kwargs)


class TerminalBindings(TerminalMixin, PanelPage):
    """Who had it where, from receipt on; ?day=… answers for one day."""

    template_name = "assets/terminal_bindings.html"

    def get_context_data(self, **kwargs) -> dict:
        form = forms.DayForm(self.request.GET if "day" in self.request.GET else None)
        day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else None
        return super().get_context_data(
            form=form,
            day=day,
            on_day=where_on(self.subject, day) if day else None,
            bindings=self.subject.bindings.select_related("merchant", "bound_by")[:MOST_PAST],
            custody=self.subject.custody.told()[:MOST_PAST],
            **kwargs,
        )


class TerminalLife(TerminalMixin, PanelPage):
    template_name = "assets/terminal_life.html"

    def get_context_data(self, **kwargs) -> dict:
        before = self.request.GET.get("before", "")
        before_id = int(before) if before.isdigit() else None
        entries = Entry.objects.about(self.subject)
        return super().get_context_data(
            stretch=read(entries, about=self.subject, before_id=before_id), is_first=before_id is None, **kwargs
        )


class ScopedFormMixin:
    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}


class TerminalReceive(ScopedFormMixin, FormPage):
    """Many at a time: what can be received is; the other lines stay in the form, each with its sentence."""

    permission = permissions.EDIT_TERMINAL
    title = gettext_lazy("Receive terminals")
    submit_label = gettext_lazy("Receive")
    form_class = forms.ReceiveForm
    template_name = "assets/receive.html"

    def get_initial(self) -> dict:
        return {"received_on": timezone.localdate()}

    def form_valid(self, form) -> HttpResponse:
        values = dict(form.cleaned_data)
        received, refused = self._receive(values.pop("lines"), values)
        if received:
            sentence = ngettext("%(count)s terminal was received.", "%(count)s terminals were received.", len(received))
            messages.success(self.request, sentence % {"count": len(received)})
        if refused:
            again = {
                **form.data.dict(),
                "first": "",
                "last": "",
                "lines": "\n".join(line for line, _sentence in refused),
            }
            return self.render_to_response(
                self.get_context_data(form=forms.ReceiveForm(initial=again, by=self.request.user), refused=refused),
                status=422,
            )
        return self.redirect(received[0].get_absolute_url() if len(received) == 1 else self.back_url())

    def _receive(self, lines: list[tuple[str, str]], values: dict) -> tuple[list[Terminal], list[tuple[str, str]]]:
        """All in one go; where that cannot be, one by one, with the lines that were refused."""
        news = [{"serial": serial, "tid": tid, **values} for serial, tid in lines]
        try:
            return actions.receive_terminals(news, **self.who), []
        except Refused:
            received, refused = [], []
        for (serial, tid), new in zip(lines, news, strict=True):
            try:
                received += actions.receive_terminals([new], **self.who)
            except Refused as refusal:
                refused.append((", ".join(filter(None, [serial, tid])), str(refusal)))
        return received, refused

    def back_url(self) -> str:
        return reverse("office:terminal-list")


class TerminalAction(ScopedFormMixin, TerminalMixin, ActionPage):
    permission = permissions.EDIT_TERMINAL
    template_name = "assets/action.html"


class TerminalEdit(TerminalAction):
    title = gettext_lazy("Edit the terminal")
    submit_label = gettext_lazy("Save")
    form_class = forms.TerminalForm

    def get_initial(self) -> dict:
        return {name: getattr(self.subject, name) for name in EDITED}

    def run_action(self, values: dict) -> Terminal:
        return actions.change_terminal(self.subject, **values, **self.who)


class TerminalIssue(TerminalAction):
    title = gettext_lazy("Issue to a bag")
    submit_label = gettext_lazy("Issue")
    form_class = forms.IssueForm

    def run_action(self, values: dict) -> Terminal:
        return actions.issue_terminal(self.subject, **values, **self.who)


class TerminalTakeBack(TerminalAction):
    title = gettext_lazy("Take back")
    form_class = forms.ConfirmForm
    template_name = "assets/take_back.html"

    def run_action(self, values: dict) -> Terminal:
        return actions.take_back_terminal(self.subject, **self.who)


class TerminalScrap(TerminalAction):
    title = gettext_lazy("Scrap the terminal")
    submit_label = gettext_lazy("Scrap")
    form_class = forms.ScrapForm
    template_name = "assets/scrap.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(submit_class="btn-danger", **kwargs)

    def run_action(self, values: dict) -> Terminal:
        return actions.scrap_terminal(self.subject, **values, **self.who)


class TerminalRelocate(TerminalAction):
    permission = permissions.BIND_TERMINAL
    title = gettext_lazy("Register another place")
    submit_label = gettext_lazy("Register")
    form_class = forms.RelocateForm

    def run_action(self, values: dict) -> Binding:
        return actions.relocate_terminal(self.subject, **values, **self.who)


class TerminalResolve(TerminalAction):
    permission = permissions.BIND_TERMINAL
    title = gettext_lazy("Say where it really is")
    submit_label = gettext_lazy("Resolve")
    form_class = forms.ResolveForm

    def run_action(self, values: dict) -> Mismatch:
        mismatch = get_object_or_404(self.subject.mismatches.open())
        return actions.resolve_mismatch(mismatch, **values, **self.who)


class TerminalBind(TerminalAction):
    permission = permissions.BIND_TERMINAL
    title = gettext_lazy("Bind to a merchant")
    submit_label = gettext_lazy("Bind")
    form_class = forms.BindForm

    def get_initial(self) -> dict:
        return {"tid": self.subject.tid}

    def run_action(self, values: dict) -> Binding:
        return actions.bind_terminal(self.subject, **values, **self.who)


class TerminalUnbind(TerminalAction):
    permission = permissions.BIND_TERMINAL
    title = gettext_lazy("Take away from the merchant")
    submit_label = gettext_lazy("Take away")
    form_class = forms.UnbindForm
    template_name = "assets/unbind.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(binding=self.subject.live_binding, **kwargs)

    def run_action(self, values: dict) -> Terminal:
        return actions.unbind_terminal(self.subject, **values, **self.who)


class TerminalRevealAccount(TerminalMixin, SubjectMixin, Page, View):
    """Answers a POST with the settlement account of a binding in clear, and writes down who has seen it."""

    permission = permissions.REVEAL_ACCOUNT

    def post(self, request, number: str, binding: int) -> HttpResponse:
        found = get_object_or_404(self.subject.bindings, pk=binding)
        account = actions.reveal_account(found, by=request.user, at=timezone.now())
        response = render(request, "assets/account.html", {"account": account})
        response["Cache-Control"] = "no-store"
        return response


class TerminalStick(TerminalAction):
    permission = permissions.BIND_TERMINAL
    title = gettext_lazy("Stick a sticker on it")
    submit_label = gettext_lazy("Bind the sticker")
    form_class = forms.StickForm

    def run_action(self, values: dict) -> Sticker:
        return actions.bind_sticker(values["sticker"], terminal=self.subject, **self.who)


class OfMerchant:
    def subjects(self):
        return Merchant.objects.visible_to(self.request.user).not_merged().select_related("region")


class MerchantTerminals(OfMerchant, PanelPage):
    permission = permissions.VIEW_TERMINAL
    template_name = "assets/merchant_terminals.html"

    def get_context_data(self, **kwargs) -> dict:
        bindings = self.subject.bindings.select_related("terminal__model")
        return super().get_context_data(
            live=bindings.live(), past=bindings.exclude(ended_at=None)[: MOST_PAST + 1], most=MOST_PAST, **kwargs
        )


class MerchantBindTerminal(ScopedFormMixin, OfMerchant, ActionPage):
    permission = permissions.BIND_TERMINAL
    title = gettext_lazy("Bind a terminal")
    submit_label = gettext_lazy("Bind")
    form_class = forms.BindHereForm
    template_name = "assets/merchant_bind.html"

    def run_action(self, values: dict) -> Binding:
        return actions.bind_terminal(values.pop("terminal"), merchant=self.subject, **values, **self.who)

    def done_url(self, result) -> str:
        return f"{self.subject.get_absolute_url()}#terminals"
