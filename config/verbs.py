"""All verbs of the journal with the sentence a person reads; each app names its own in verbs.py."""

from analytics.verbs import VERBS as ANALYTICS
from assets.verbs import VERBS as ASSETS
from dispatch.verbs import VERBS as DISPATCH
from inspections.verbs import VERBS as INSPECTIONS
from integrations.verbs import VERBS as INTEGRATIONS
from knowledge.verbs import VERBS as KNOWLEDGE
from merchants.verbs import VERBS as MERCHANTS
from mobile.verbs import VERBS as MOBILE
from monitoring.verbs import VERBS as MONITORING
from procedures.verbs import VERBS as PROCEDURES
from prospecting.verbs import VERBS as PROSPECTING
from spareparts.verbs import VERBS as SPAREPARTS
from workforce.verbs import VERBS as WORKFORCE
from workorders.verbs import VERBS as WORKORDERS

VERBS = {
    **WORKFORCE,
    **MERCHANTS,
    **ASSETS,
    **SPAREPARTS,
    **PROCEDURES,
    **WORKORDERS,
    **DISPATCH,
    **INSPECTIONS,
    **MONITORING,
    **PROSPECTING,
    **KNOWLEDGE,
    **ANALYTICS,
    **INTEGRATIONS,
    **MOBILE,
}
