"""Everything a phone can do, in one table. One command is one POST with a UUID made on the phone.

    /field/<things>/<number>/<command>/

A row names the action, who may call it, and the form that reads its arguments; views/commands.py calls it through
`journal.actions.once`, so that a command sent twice is done once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assets import actions as assets
from assets.models import Sticker, Terminal
from assets.permissions import BIND_TERMINAL
from evidence.models import Capture
from inspections import actions as inspections
from knowledge import actions as knowledge
from knowledge.models import Article
from knowledge.permissions import WRITE_ARTICLE, WRITE_MESSAGE
from merchants import actions as merchants
from merchants.models import Review
from merchants.permissions import BRING_DOCUMENTS
from mobile import advice, channels, documents, forms, parts, selling
from mobile.positions import tell_positions
from procedures.answers import given_by_form
from prospecting import actions as prospecting
from prospecting.models import Lead
from prospecting.permissions import PROSPECT
from spareparts import actions as spareparts
from spareparts.actions.channels import deliver_refill
from spareparts.models import Handover, Refill, Requisition
from spareparts.permissions import REQUEST_PARTS, SERVE_CHANNEL
from workforce.models import User
from workforce.permissions import SEE_FIELD
from workorders import actions as workorders
from workorders.models import WorkOrder
from workorders.permissions import DO_ORDER


@dataclass(frozen=True)
class Command:
    """`run(subject, *, by, at, **checked(form))` does it; `label` is what its button says.

    Additive work that comes when the order is over or somebody else's is parked for the dispatcher; a move is refused.
    What may be repeated does no harm a second time and is not written down as an operation.
    """

    run: Callable[..., Any]
    permission: str
    form: type[forms.PhoneForm]
    label: Any
    is_additive: bool = False
    may_repeat: bool = False


FIELDS_OF_ANSWER = ("value", "amount", "approval_code", "lat", "lon", "accuracy_m")


def answer_given(order: WorkOrder, step: str, given: dict[str, Any]) -> Any:
    """A phone sends the fields of a form; which of them are the answer is a matter of the step's kind."""
    asked = next((each for each in (order.run.steps if order.run else []) if each["key"] == step), None)
    return asked and given_by_form(asked, given)


def answer_step(order: WorkOrder, *, step: str, **given: Any) -> Any:
    fields = {name: given.pop(name, None) for name in FIELDS_OF_ANSWER}
    return workorders.answer_step(order, step=step, value=answer_given(order, step, fields), **given)


def add_photos(order: WorkOrder, *, captures: Iterable[Capture], **given: Any) -> None:
    for capture in captures:
        workorders.add_photo(order, capture=capture, **given)


def bind_terminal(terminal: Terminal, *, order: WorkOrder, **given: Any) -> Any:
    return workorders.install_terminal(order, terminal=terminal, **given)


def retrieve_terminal(terminal: Terminal, *, order: WorkOrder, **given: Any) -> Any:
    return workorders.retrieve_terminal(order, terminal=terminal, **given)


def swap_terminal(terminal: Terminal, *, order: WorkOrder, captures: Iterable[Capture], **given: Any) -> Any:
    return workorders.swap_terminal(order, new=terminal, photos=captures, **given)


def relocate_terminal(terminal: Terminal, *, order: WorkOrder, **given: Any) -> Any:
    return workorders.relocate_terminal(order, terminal=terminal, **given)


COMMANDS: dict[tuple[str, str], Command] = {
    ("orders", "accept"): Command(workorders.accept_work_order, DO_ORDER, forms.Moment, _("Accept")),
    ("orders", "reject"): Command(workorders.reject_work_order, DO_ORDER, forms.Rejection, _("Hand the order back")),
    ("orders", "depart"): Command(workorders.depart, DO_ORDER, forms.Departure, _("Set off")),
    ("orders", "arrive"): Command(workorders.arrive, DO_ORDER, forms.Presence, _("I have arrived")),
    ("orders", "start"): Command(workorders.start_work, DO_ORDER, forms.Moment, _("Begin the work")),
    ("orders", "pause"): Command(workorders.pause_work, DO_ORDER, forms.Interruption, _("Pause the work")),
    ("orders", "resume"): Command(workorders.resume_work, DO_ORDER, forms.Moment, _("Go on working")),
    ("orders", "support"): Command(workorders.ask_support, DO_ORDER, forms.CallForSupport, _("I need support")),
    ("orders", "answer"): Command(answer_step, DO_ORDER, forms.StepAnswer, _("Save"), is_additive=True),
    ("orders", "add-photos"): Command(add_photos, DO_ORDER, forms.Photos, _("Take a photo"), is_additive=True),
    ("orders", "add-finding"): Command(inspections.add_finding, DO_ORDER, forms.FindingSeen, _("Add a finding")),
    ("orders", "sign"): Command(
        workorders.sign, DO_ORDER, forms.Signature, _("Let the merchant sign"), is_additive=True
    ),
    ("orders", "choose-fault-codes"): Command(
        workorders.choose_fault_codes, DO_ORDER, advice.FaultCodes, _("Fault codes")
    ),
    ("orders", "answer-promise"): Command(
        workorders.answer_promise, DO_ORDER, forms.PromiseAnswer, _("Promised to the merchant")
    ),
    ("orders", "judge-article"): Command(knowledge.judge_article, DO_ORDER, advice.Judgement, _("Did it solve it?")),
    ("orders", "add-message"): Command(knowledge.add_message, WRITE_MESSAGE, advice.Word, _("Write a message")),
    ("orders", "make-article"): Command(
        knowledge.draft_from_order, WRITE_ARTICLE, forms.Moment, _("Make an article of this order")
    ),
    ("articles", "change"): Command(knowledge.change_article, WRITE_ARTICLE, advice.ArticleText, _("Write on")),
    ("articles", "propose"): Command(knowledge.propose_article, WRITE_ARTICLE, forms.Moment, _("Propose for review")),
    ("orders", "complete"): Command(
        workorders.complete_work_order, DO_ORDER, forms.Completion, _("Complete the order")
    ),
    ("orders", "request-parts"): Command(
        workorders.request_parts, REQUEST_PARTS, parts.PartsWanted, _("Ask for parts")
    ),
    ("orders", "use-part"): Command(parts.use, DO_ORDER, parts.PartsUsed, _("Book a part as used up")),
    ("handovers", "confirm"): Command(parts.confirm, REQUEST_PARTS, parts.PartsArrived, _("I have them")),
    ("handovers", "send-back"): Command(spareparts.take_back_parts, REQUEST_PARTS, parts.Reason, _("Send back")),
    ("requisitions", "give"): Command(spareparts.give_parts, REQUEST_PARTS, parts.Nothing, _("Hand it over")),
    ("requisitions", "refuse"): Command(spareparts.refuse_requisition, REQUEST_PARTS, parts.Reason, _("Refuse")),
    ("requisitions", "withdraw"): Command(spareparts.withdraw_requisition, REQUEST_PARTS, parts.Nothing, _("Withdraw")),
    ("people", "send-parts"): Command(
        parts.hand_on, REQUEST_PARTS, parts.PartsHandedOn, _("Hand parts on or send them back")
    ),
    ("refills", "deliver"): Command(deliver_refill, SERVE_CHANNEL, channels.Delivery, _("Delivered")),
    ("terminals", "bind"): Command(bind_terminal, BIND_TERMINAL, forms.TerminalBinding, _("Bind it to")),
    ("terminals", "retrieve"): Command(retrieve_terminal, BIND_TERMINAL, forms.OrderUnderWay, _("Take it away")),
    ("terminals", "swap"): Command(swap_terminal, BIND_TERMINAL, forms.TerminalSwap, _("Swap")),
    ("terminals", "relocate"): Command(
        relocate_terminal, BIND_TERMINAL, forms.OrderUnderWay, _("It stands at its new place")
    ),
    ("terminals", "report-place"): Command(
        workorders.report_place, BIND_TERMINAL, forms.TerminalSeen, _("It is not where it belongs")
    ),
    ("stickers", "bind"): Command(assets.bind_sticker, BIND_TERMINAL, forms.StickerBinding, _("Stick it on")),
    ("leads", "visit"): Command(prospecting.record_visit, PROSPECT, selling.VisitMade, _("Save the visit")),
    ("leads", "put-off"): Command(prospecting.put_off, PROSPECT, selling.PutOff, _("Put off")),
    ("leads", "open-opportunity"): Command(
        selling.open_opportunity, PROSPECT, selling.WantsToSign, _("They want to sign")
    ),
    ("leads", "promise"): Command(selling.promise, PROSPECT, selling.Promised, _("Promise something")),
    ("people", "note-lead"): Command(prospecting.note_lead, PROSPECT, selling.NewShop, _("New lead")),
    ("people", "order-round"): Command(prospecting.order_round, PROSPECT, selling.Here, _("Order again from here")),
    ("reviews", "give"): Command(
        merchants.give_document, BRING_DOCUMENTS, documents.DocumentTaken, _("Hand in a document")
    ),
    ("reviews", "choose-kind"): Command(
        merchants.choose_kind, BRING_DOCUMENTS, documents.KindChosen, _("Kind of merchant")
    ),
    ("reviews", "submit"): Command(merchants.submit_review, BRING_DOCUMENTS, forms.Moment, _("Submit the documents")),
    ("people", "position"): Command(
        tell_positions, SEE_FIELD, forms.Positions, _("Share my position"), may_repeat=True
    ),
}

SUBJECTS: dict[str, Callable[[User, str], QuerySet]] = {
    "orders": lambda user, number: WorkOrder.objects.visible_to(user).filter(number=number),
    "terminals": lambda user, serial: Terminal.objects.found_by(user).filter(serial=serial),
    "stickers": lambda user, number: Sticker.objects.filter(number=number),
    "articles": lambda user, number: Article.objects.of_writer(user).filter(number=number),
    "leads": lambda user, number: Lead.objects.visible_to(user).filter(number=number),
    "reviews": lambda user, number: Review.objects.filter(owner=user, number=number),
    "handovers": lambda user, number: Handover.objects.visible_to(user).filter(number=number),
    "requisitions": lambda user, number: Requisition.objects.visible_to(user).filter(number=number),
    "refills": lambda user, number: Refill.objects.visible_to(user).filter(number=number),
    "people": lambda user, username: User.objects.filter(pk=user.pk, username=username),
}
