from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from toolkit.errors import Refused


class RefusalMiddleware:
    """A refusal that no form has shown becomes a page (or JSON) with its sentence, status 409."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if request.accepts("text/html"):
            return render(request, "refused.html", {"sentence": str(exception)}, status=409)
        return JsonResponse({"detail": str(exception)}, status=409)
