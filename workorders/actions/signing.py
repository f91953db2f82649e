"""A signature is bound to the report that was shown."""

from datetime import datetime

from django.utils.translation import gettext as _

from evidence.models import Capture
from toolkit.errors import Refused
from workforce.models import User
from workorders.models import Signature, WorkOrder
from workorders.report import sha256_of, sha256_of_text
from workorders.service_report import report_of


def bind_signature(
    order: WorkOrder,
    *,
    capture: Capture,
    signer_name: str,
    shown_sha256: str,
    shown_text: str = "",
    is_late: bool = False,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> Signature:
    """Replaces the signature before it. The caller holds the order's lock and saves it.

    Refused when neither the report of now nor a text that came along was shown; what came too late is kept all the same.
    """
    report = report_of(order)
    sha256 = sha256_of(report)
    if shown_sha256 == sha256:
        basis, shown_text = (Signature.Basis.REPORT, "")
    elif shown_text and shown_sha256 == sha256_of_text(shown_text):
        basis = Signature.Basis.PHONE
    elif is_late:
        basis, shown_text = (Signature.Basis.UNKNOWN, "")
    else:
        raise Refused(
            _("The order has changed since the report was shown. Show it again and have that signed."), field="report"
        )
    order.signatures.valid().update(replaced_at=at)
    order.signature, order.signer_name = (capture, signer_name)
    return order.signatures.create(
        capture=capture,
        signer_name=signer_name,
        basis=basis,
        report=report,
        report_sha256=sha256,
        shown_sha256=shown_sha256[:64],
        shown_text=shown_text,
        by=by,
        signed_at=at,
        device_at=device_at,
    )
