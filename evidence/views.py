from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from evidence.models import Capture

LINK_AGE_S = 3600


@login_not_required
@require_safe
def capture(request: HttpRequest, token: str) -> FileResponse:
    """The shown copy of a capture. The signed link is the right: it is given out by pages that checked it."""
    try:
        capture_id = signing.loads(token, salt="capture", max_age=LINK_AGE_S)
        found = Capture.objects.get(pk=capture_id)
    except (signing.BadSignature, Capture.DoesNotExist) as wrong:
        raise Http404 from wrong
    response = FileResponse(found.shown.open("rb"), content_type="image/jpeg")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={LINK_AGE_S}"
    return response
