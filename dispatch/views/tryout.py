"""Trying rules out before they are put in force: what they would have decided yesterday, a few orders at a time."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.generic import View

from dispatch import forms, permissions
from dispatch.models import RuleSet
from dispatch.queries.tryout import MOST_ORDERS, Trial, governed, trials
from toolkit.views import Page

AT_A_TIME = 8
SUMS = ("changed", "none_before", "none_after", "ways_before", "ways_after", "min_before", "min_after")


class RuleSetTry(Page, View):
    """POST with the fields of the form: the first answer brings the table, each row at its end asks for the next few.

    What has been added up so far comes along with each question; nothing is kept here.
    """

    permission = permissions.EDIT_RULES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: str = "") -> HttpResponse:
        if number:
            existing = get_object_or_404(RuleSet.objects.visible_to(request.user).newest_versions(), number=number)
            form: Any = forms.RuleSetForm(request.POST, instance=existing)
        else:
            form = forms.NewRuleSetForm(request.POST, by=request.user)
        if not form.is_valid():
            return render(request, "dispatch/tryout_wrong.html", {"form": form})
        rules = form.instance
        day = timezone.localdate() - timedelta(days=1)
        orders = governed(rules, request.user, day)
        done = _number(request, "done")
        tried = list(trials(rules, orders[done : done + AT_A_TIME]))
        sums = {name: _number(request, name) for name in SUMS}
        for trial in tried:
            _add(sums, trial)
        done += len(tried)
        context = {
            "trials": tried,
            "done": done,
            "count": len(orders),
            "most": MOST_ORDERS,
            "day": day,
            "sums": sums | {"done": done},
            "mean_before": sums["min_before"] / sums["ways_before"] if sums["ways_before"] else None,
            "mean_after": sums["min_after"] / sums["ways_after"] if sums["ways_after"] else None,
            "is_first": done == len(tried),
            "is_last": done >= len(orders),
            "url": request.path,
        }
        return render(request, "dispatch/tryout.html" if done == len(tried) else "dispatch/tryout_more.html", context)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(f"try_{name}", "")
    return min(int(text), 10**9) if text.isdecimal() else 0


def _add(sums: dict[str, int], trial: Trial) -> None:
    sums["changed"] += trial.is_changed
    for name, entry in (("before", trial.before), ("after", trial.after)):
        if entry is None:
            sums[f"none_{name}"] += 1
        elif entry["way_min"] is not None:
            sums[f"ways_{name}"] += 1
            sums[f"min_{name}"] += entry["way_min"]
