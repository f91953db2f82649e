from datetime import datetime

from django.utils.translation import gettext as _

from assets.models import Binding
from merchants.models import ChangeRequest
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions.intake import open_work_order
from workorders.models import WorkOrder, WorkOrderType

TYPE_OF = {ChangeRequest.Kind.PLACE: "relocate"}
ANY_OTHER = "activate"  # the terminal fetches its new parameters


def send_somebody(change: ChangeRequest, *, by: User, at: datetime) -> WorkOrder | None:
    """The order by which an approved change reaches the terminals; none where there are none."""
    live = list(Binding.objects.live().filter(merchant=change.merchant).select_related("terminal")[:2])
    if not live:
        return None
    code = TYPE_OF.get(ChangeRequest.Kind(change.kind), ANY_OTHER)
    type = WorkOrderType.objects.filter(code=code, is_active=True).first()
    if type is None:
        raise Refused(_("There is no order type “%(code)s”. Ask your administrator.") % {"code": code})
    names = {"change": change.get_kind_display(), "number": change.number, "day": change.effective_on.isoformat()}
    return open_work_order(
        type=type, merchant=change.merchant, terminal=live[0].terminal if len(live) == 1 else None, by=by, at=at, details=change.note,
        summary=_("%(change)s from %(day)s (%(number)s)") % names,
    )  # fmt: skip
