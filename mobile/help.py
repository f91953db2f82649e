"""Help with an order: its fault codes, articles that may help, and the thread."""

from dataclasses import dataclass

from knowledge.models import Article, Message
from knowledge.permissions import WRITE_ARTICLE
from knowledge.queries import Offer, articles_for, thread_of
from workforce.models import User
from workorders.actions.faults import CHOSEN_WHILE
from workorders.fault_choices import FaultChoice, fault_choices
from workorders.lifecycle import DONE, ONGOING
from workorders.models import WorkOrder


@dataclass(frozen=True)
class Help:
    faults: list[FaultChoice]
    chosen_while: str  # statuses in which codes are chosen
    offers: list[Offer]
    thread: list[Message]
    can_make: bool


def help_for(order: WorkOrder, user: User) -> Help:
    may_make = order.status in DONE and user.has_perm(WRITE_ARTICLE)
    return Help(
        faults=fault_choices(order) if order.status in ONGOING else [],
        chosen_while=" ".join(CHOSEN_WHILE),
        offers=articles_for(order),
        thread=list(thread_of(order)),
        can_make=may_make and not Article.objects.filter(order=order).exists(),
    )
