"""What makes the field pages an app: manifest, service worker and the page without data. Nothing here needs a login."""

import json
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mobile.shell import asset_urls, shell_page, shell_version


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; what it keeps is written on its first line, so that any change of that makes a new one."""
    program = Path(finders.find("worker.js") or staticfiles_storage.path("worker.js")).read_text()
    shell = reverse("field:shell")
    kept = {"version": shell_version(shell_page()), "shell": shell, "assets": asset_urls()}
    response = HttpResponse(f"self.KEPT = {json.dumps(kept)};\n{program}", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(shell_page())
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    icons = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"),
             ("icon-maskable.png", "512x512", "maskable")]  # fmt: skip
    content = {
        "id": "/field/",
        "name": _("Fieldloop on the road"),
        "short_name": "Fieldloop",
        "lang": get_language(),
        "start_url": reverse("field:today"),
        "scope": reverse("field:today"),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f6f8fb",
        "theme_color": "#066fd1",
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in icons
        ],
        "shortcuts": [{"name": _("Scan"), "url": reverse("field:scan")}],
    }
    return JsonResponse(content, content_type="application/manifest+json")
