import logging

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from evidence.actions import open_shown
from evidence.links import capture_id_in
from evidence.models import Capture
from toolkit.files import serve

log = logging.getLogger(__name__)
LINK_AGE_S = 3600


@login_not_required
@require_safe
def capture(request: HttpRequest, token: str) -> HttpResponseBase:
    """The shown copy of a picture, or a recording. The signed link is the right: pages that checked it give it out."""
    try:
        found = Capture.objects.get(pk=capture_id_in(token))
    except (signing.BadSignature, Capture.DoesNotExist) as wrong:
        raise Http404 from wrong
    try:
        file, mime = open_shown(found)
    except FileNotFoundError as gone:  # manage.py verify_evidence says which
        log.exception("The file of capture %s is gone", found.pk)
        raise Http404 from gone
    return serve(request, file, mime=mime, age_s=LINK_AGE_S)
