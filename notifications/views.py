from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from notifications import actions
from notifications.models import Notice

SHOWN = 100


@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The bell with the number of unread notices; asked for every half minute."""
    unread = Notice.objects.in_app_of(request.user).unread()[:100].count()
    return render(request, "notifications/bell.html", {"unread": unread, "is_field": request.user.is_field})


@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """My notices, newest first; POST marks them all, or the one named, as read and opens it."""
    mine = Notice.objects.in_app_of(request.user)
    if request.method == "POST":
        chosen = (
            mine.filter(pk=request.POST.get("notice")).first() if request.POST.get("notice", "").isdigit() else None
        )
        actions.read_notices(mine.filter(pk=chosen.pk) if chosen else mine, at=timezone.now())
        return HttpResponseRedirect(chosen.url if chosen and chosen.url else request.path)
    template = "notifications/field_inbox.html" if request.user.is_field else "notifications/inbox.html"
    return render(
        request,
        template,
        {"notices": mine[:SHOWN], "unread": mine.unread()[:100].count(), "today": timezone.localdate()},
    )
