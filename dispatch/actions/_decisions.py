"""What deciding by the rules and by hand have in common."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from dispatch import queries
from dispatch.models import Decision, RuleSet
from dispatch.queries import Ranking
from spareparts.models import Place
from toolkit.errors import Refused
from workforce.models import User
from workorders.models import WorkOrder


def already_gone(order: WorkOrder) -> Refused:
    if order.engineer is None:
        return Refused(
            _("%(order)s is “%(status)s” and no longer in the pool.")
            % {"order": order, "status": order.get_status_display()}
        )
    return Refused(
        _("%(order)s has already gone to %(engineer)s. Choose another order.")
        % {"order": order, "engineer": order.engineer}
    )


def write_down(
    order: WorkOrder,
    rule_set: RuleSet,
    ranking: Ranking,
    at: datetime,
    *,
    chosen: User | None,
    lost: int,
) -> Decision:
    """The decision, unsaved, with all it rests on: the order's wishes, the rules, the ranking, who of the compared was
    left out. Who was not even compared is counted for who asks."""
    return Decision(
        order=order,
        at=at,
        rule_set=rule_set if rule_set.pk else None,
        chosen=chosen,
        inputs=queries.inputs_of(order, rule_set) | {"compared": ranking.compared},
        ranking=ranking.best,
        passed_over=ranking.passed_over | ({"lost_race": lost} if lost else {}),
    )


def pick_up_place(standing: dict[str, Any]) -> Place | None:
    """The depot on the way, where something is missing in the bag."""
    pick_up = standing["pick_up"]
    return Place.objects.get(pk=pick_up["place"]) if pick_up else None


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
