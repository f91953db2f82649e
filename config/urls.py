"""Addresses. Each app names its pages; here they are put under their doors."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from analytics import urls as analytics
from assets import urls as assets
from dispatch import urls as dispatch
from evidence import urls as evidence
from inspections import urls as inspections
from integrations import urls as integrations
from journal import urls as journal
from knowledge import urls as knowledge
from merchants import urls as merchants
from mobile import urls as mobile
from monitoring import urls as monitoring
from notifications import urls as notifications
from procedures import urls as procedures
from prospecting import public_urls as prospecting_public
from prospecting import urls as prospecting
from spareparts import channel_urls as channels
from spareparts import urls as spareparts
from workforce import urls as workforce
from workorders import urls as workorders

office = [
    *analytics.office,
    *workorders.office,
    *dispatch.office,
    *monitoring.office,
    *inspections.office,
    *prospecting.office,
    *knowledge.office,
    *procedures.office,
    *merchants.office,
    *assets.office,
    *spareparts.office,
    *channels.office,
    *workforce.office,
    *integrations.office,
    *mobile.office,
    *journal.office,
    *notifications.office,
]
field = [*workorders.field, *mobile.field, *notifications.field]
public = [*workorders.public, *assets.public, *prospecting_public.public]

urlpatterns = [
    *workforce.accounts,
    *evidence.files,
    path("office/", include((office, "office"))),
    path("field/", include((field, "field"))),
    path("m/", include((public, "public"))),
    path("m/captcha/", include("altcha_django.urls")),
    path("api/v1/", include((integrations.machines, "api"))),
    path("admin/", admin.site.urls),
    path(
        "favicon.ico", login_not_required(RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg")), name="favicon"
    ),
]
