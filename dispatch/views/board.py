"""The dispatch board: the page, what it asks every few seconds, and what is done on it."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import redis
from django.core import signing
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from dispatch import actions, board_forms, permissions, queries, words
from dispatch.actions.board import Move, Shifted
from dispatch.actions.by_hand import OLDEST_START
from dispatch.board_words import ASSIGN_REASONS, LEVELS, RETURN_REASONS, WORDS
from dispatch.models import RuleSet
from dispatch.queries import board, placing, urgent
from toolkit.errors import Refused
from toolkit.views import Page, SubjectMixin
from workforce.models import Region, Skill, User
from workorders.clock import clocks
from workorders.lifecycle import UNDER_WAY, Status
from workorders.models import Priority, WorkOrder, WorkOrderType

STAMP_HELD_S = 1.5  # for this long all viewers of a region share one look at the database
ROW_HELD_S = 60  # a row never changes as long as its mark is the same
PERSON = re.compile(r"\d{1,18}\.[0-9a-f]{0,8}")  # and the mark of their day
SIGNED_FOR = timedelta(hours=12)


class BoardMixin(Page):
    permission = permissions.ASSIGN
    request: HttpRequest

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def day(self) -> board.Day:
        return board_forms.DayForm(self.request.GET, by=self.request.user).day(self.now)

    def pool(self) -> dict[str, Any]:
        return board.pool(self.day, self.now, **board_forms.PoolForm(self.request.GET).filters())

    def fresh(self, people: Iterable[int | None]) -> dict[str, Any]:
        """The rows of these people, and the pool, as they are now."""
        only = {pk for pk in people if pk}
        return {"rows": board.rows(self.day, self.now, only=only) if only else [], "pool": self.pool()}

    def done(self, moves: list[Move], said: str, people: Iterable[int | None]) -> JsonResponse:
        undo = _sign("undo", self.request.user, [move.packed() for move in moves])
        return JsonResponse({**self.fresh(people), "said": said, "undo": undo})


class SharedMixin(BoardMixin):
    def shared_rows(self, marks: dict[str, str]) -> list[dict[str, Any]]:
        """The rows of people under these marks: made once, for all viewers of the region and the day."""
        place = self.day.region.code, str(self.day.on)
        keys = {_key("row", *place, pk, mark): int(pk) for pk, mark in marks.items() if pk != board.POOL}
        held = _from_cache([*keys])
        missing = {pk: key for key, pk in keys.items() if key not in held}
        rows = board.rows(self.day, self.now, only=missing) if missing else []
        _to_cache({missing[row["id"]]: row for row in rows}, ROW_HELD_S)
        return [*held.values(), *rows]


class Board(SharedMixin, TemplateView):
    title = gettext_lazy("Dispatch board")
    template_name = "dispatch/board.html"

    def get_context_data(self, **kwargs) -> dict:
        day, today = self.day, self.day.region.service_date(self.now)
        marks = board.stamps(day)
        shown = {str(pk): row for row, pk in enumerate(board.people_of(day.region))}
        rows = self.shared_rows({pk: marks[pk] for pk in shown if pk in marks})
        rows.sort(key=lambda row: shown[str(row["id"])])
        types = {kind.pk: str(kind) for kind in WorkOrderType.objects.all()}
        left_out = max(len(marks.keys() - {board.POOL}) - len(rows), 0)
        return super().get_context_data(
            day=day,
            is_today=day.on == today,
            regions=Region.objects.visible_to(self.request.user),
            people_left_out=left_out,
            most_people=board.MOST_PEOPLE,
            types=types,
            priorities=Priority.choices,
            assign_reasons=ASSIGN_REASONS,
            return_reasons=RETURN_REASONS,
            state={
                "rows": rows,
                "isCut": left_out > 0,
                "pool": self.pool(),
                "marks": marks,
                "stamp": board.stamp_of(marks),
                "on": day.on.isoformat(),
                "today": day.on == today,
                "now": day.minute(self.now),
                "types": types,
                "needs": board.needs(),
                "skills": dict(Skill.objects.values_list("code", "name")),
                "statuses": dict(Status.choices),
                "underWay": UNDER_WAY,
                "priorities": dict(Priority.choices),
                "levels": LEVELS,
                "words": {key: str(word) for key, word in WORDS.items()},
                "user": self.request.user.pk,
            },
            previous=day.on - timedelta(days=1),
            next=day.on + timedelta(days=1),
            today=today,
            **kwargs,
        )


class BoardChanges(SharedMixin, View):
    """Nothing as long as the page's stamp holds; else what has changed since. Where nobody remembers that stamp: all
    marks, for the page to see whose rows to fetch."""

    def get(self, request: HttpRequest) -> HttpResponse:
        held, stamp = self.held(), request.GET.get("stamp", "")
        marks: dict[str, str] = held["marks"]
        if stamp == held["stamp"]:
            return HttpResponse(status=204)
        answer = {"stamp": held["stamp"], "marks": marks}
        for before in _from_cache([_key("marks", *held["place"], stamp)]).values():
            answer["marks"] = changed = {key: mark for key, mark in marks.items() if before.get(key) != mark}
            answer["gone"] = [int(key) for key in before.keys() - marks.keys()]
            answer["rows"] = self.shared_rows(changed)
            if board.POOL in changed:
                answer["pool"] = self.pool()
        return JsonResponse(answer)

    def held(self) -> dict[str, Any]:
        """One look at the database serves all viewers of a region for STAMP_HELD_S."""
        user, asked = self.request.user, [self.request.GET.get(name, "") for name in ("region", "on")]
        for each in _from_cache([_key("stamp", *asked)]).values():
            if user.sees_all_regions or (user.region and each["path"].startswith(user.region.path)):
                return each
        marks, place = board.stamps(self.day), [self.day.region.code, str(self.day.on)]
        fresh = {"path": self.day.region.path, "place": place, "marks": marks, "stamp": board.stamp_of(marks)}
        _to_cache({_key("marks", *place, fresh["stamp"]): marks}, ROW_HELD_S)
        if asked == place:
            _to_cache({_key("stamp", *place): fresh}, STAMP_HELD_S)
        return fresh


class BoardRows(SharedMixin, View):
    """The rows of `people`, each with its mark, and the `pool` where it is asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = [each.partition(".") for each in request.GET.get("people", "").split(",") if PERSON.fullmatch(each)]
        answer: dict[str, Any] = {"rows": self.shared_rows({pk: mark for pk, _dot, mark in asked})}
        if "pool" in request.GET:
            answer["pool"] = self.pool()
        return JsonResponse(answer)


def _key(*parts: str) -> str:
    return "board:" + ":".join(quote(part) for part in parts)[:200]


def _from_cache(keys: list[str]) -> dict[str, Any]:
    """Without Redis everybody looks for themselves."""
    try:
        return cache.get_many(keys) if keys else {}
    except redis.RedisError:
        return {}


def _to_cache(values: dict[str, Any], seconds: float) -> None:
    with suppress(redis.RedisError):
        cache.set_many(values, seconds)


class OrderMixin(SubjectMixin, BoardMixin):
    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).select_related(
            "region", "type", "merchant", "engineer", "booking"
        )

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": self.now}


class BoardCheck(OrderMixin, View):
    """What speaks against an order there, before it is dropped."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        order = self.subject
        values = board_forms.checked(board_forms.CheckForm(request.GET, by=request.user))
        engineer: User = values["engineer"]
        start = self.day.instant(values["minute"])
        found = placing.place(order, engineer, start, self.day, self.now)
        conflicts = [(key, WORDS[key] % {"name": engineer.name, **names}) for key, names in found.conflicts]
        if start < self.now - OLDEST_START:
            conflicts.insert(0, ("past", WORDS["past"]))
        for reason in found.limits if engineer.pk != order.engineer_id else ():
            said = words.reason_in_words(reason, found.standing, found.inputs)
            conflicts.append(("limit", WORDS["limit"] % {"name": engineer.name, "reason": said}))
        return JsonResponse(
            {
                "conflicts": [{"level": LEVELS.get(key, "warn"), "text": str(text)} for key, text in conflicts],
                "way": found.way_min,
                "added": found.added_min,
            }
        )


class BoardOrder(OrderMixin, TemplateView):
    """What can be done with one order, without a mouse too: a fragment for the dialog."""

    template_name = "dispatch/board_order.html"

    def get_context_data(self, **kwargs) -> dict:
        order, rule_set = self.subject, RuleSet.objects.for_order(self.subject)
        status = Status(order.status)
        can_move = status in (Status.OPEN, Status.ASSIGNED, Status.ACCEPTED)
        best = queries.rank(order, rule_set, self.now).best if can_move else []
        inputs = queries.inputs_of(order, rule_set)
        return super().get_context_data(
            order=order,
            clocks=clocks(order, self.now),
            planned=order.booking and self.clock(order.booking.during.lower),
            version=board.version_of(order),
            can_move=can_move,
            is_under_way=status in UNDER_WAY,
            can_insert=status == Status.OPEN and self.day.on == self.day.region.service_date(self.now),
            candidates=[
                (words.standing(each, inputs, order.region.zone, self.now), self.clock_on_day(each["arrival"]))
                for each in best
            ],
            assign_reasons=ASSIGN_REASONS,
            return_reasons=RETURN_REASONS,
            day=self.day,
            **kwargs,
        )

    def clock(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.day.region.zone):%H:%M}"

    def clock_on_day(self, seconds: float | None) -> str:
        """Empty for a time on another day."""
        if seconds is None:
            return ""
        instant = datetime.fromtimestamp(seconds, self.day.region.zone)
        return self.clock(instant) if instant.date() == self.day.on else ""


class BoardAction(OrderMixin, View):
    http_method_names = ["post"]
    form_class: Any = None

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        before = self.subject.engineer_id
        values = board_forms.checked(self.form())
        move, said = self.run_action(values)
        return self.done([move], said, {before, self.engineer_id(values)})

    def form(self) -> Any:
        return self.form_class(self.request.POST)

    def engineer_id(self, values: dict[str, Any]) -> int | None:
        return None

    def run_action(self, values: dict[str, Any]) -> tuple[Move, str]:
        raise NotImplementedError


class BoardMove(BoardAction):
    def form(self) -> board_forms.MoveForm:
        return board_forms.MoveForm(self.request.POST, by=self.request.user)

    def engineer_id(self, values: dict[str, Any]) -> int | None:
        return values["engineer"].pk

    def run_action(self, values: dict[str, Any]) -> tuple[Move, str]:
        start = self.day.instant(values.pop("minute"))
        move = actions.move_order(self.subject, **values, start=start, **self.who)
        names = {
            "order": self.subject,
            "name": values["engineer"],
            "start": f"{start.astimezone(self.day.region.zone):%H:%M}",
        }
        return move, _("%(order)s is with %(name)s at %(start)s now.") % names


class BoardReturn(BoardAction):
    form_class = board_forms.ReturnForm

    def run_action(self, values: dict[str, Any]) -> tuple[Move, str]:
        move = actions.take_off_board(self.subject, **values, **self.who)
        return move, _("%(order)s is back in the pool.") % {"order": self.subject}


class BoardLock(BoardAction):
    form_class = board_forms.LockForm

    def run_action(self, values: dict[str, Any]) -> tuple[Move, str]:
        move = actions.lock_on_board(self.subject, **values, **self.who)
        said = _("%(order)s is locked now.") if values["is_locked"] else _("%(order)s is no longer locked.")
        return move, said % {"order": self.subject}


class BoardUndo(BoardMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        values = board_forms.checked(board_forms.SignedForm(request.POST))
        moves = [Move.unpacked(each) for each in _signed_by(request.user, "undo", values["signed"])]
        orders = WorkOrder.objects.visible_to(request.user).filter(pk__in=[move.order_id for move in moves])
        people = {*orders.values_list("engineer_id", flat=True), *(move.engineer_id for move in moves)}
        undone = actions.undo_moves(moves, among=orders, by=request.user, at=self.now)
        said = _("Undone: %(orders)s.") % {"orders": ", ".join(map(str, undone))}
        return JsonResponse({**self.fresh(people), "said": said})


class BoardInsert(OrderMixin, TemplateView):
    """Who would take an urgent order now, and whom that displaces: shown first, then done."""

    template_name = "dispatch/board_insert.html"

    def get_context_data(self, **kwargs) -> dict:
        order, zone = self.subject, self.day.region.zone
        found = urgent.proposals(order, RuleSet.objects.for_order(order), self.now)
        return super().get_context_data(
            order=order, proposals=[self.in_words(each, zone) for each in found], reasons=ASSIGN_REASONS, **kwargs
        )

    def in_words(self, proposal: urgent.Proposal, zone: Any) -> dict[str, Any]:
        return {
            "engineer": proposal.engineer,
            "start": self.clock(proposal.start),
            "way": proposal.way_min,
            "is_late": proposal.insertion.is_late,
            "displaced": [
                {
                    "order": each.order,
                    "was": self.clock(each.order.booking.during.lower),
                    "start": each.start and self.clock(each.start),
                    "becomes_late": each.becomes_late,
                }
                for each in proposal.displaced
            ],
            "signed": _sign("insert", self.request.user, {
                "order": self.subject.pk, "version": board.version_of(self.subject), "day": proposal.day,
                "engineer": proposal.engineer.pk, "start": proposal.start.isoformat(),
                "shifted": [
                    [each.order.pk, board.version_of(each.order), each.start and each.start.isoformat()]
                    for each in proposal.displaced
                ],
            }),
        }  # fmt: skip

    def clock(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.day.region.zone):%H:%M}"

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        order = self.subject
        values = board_forms.checked(board_forms.SignedForm(request.POST))
        plan = _signed_by(request.user, "insert", values["signed"])
        if plan["order"] != order.pk:
            raise Refused(_("This proposal was made for another order. Look at the proposals again."))
        engineer = User.objects.visible_to(request.user).engineers().get(pk=plan["engineer"])
        moves = actions.insert_order(
            self.subject, engineer=engineer, start=datetime.fromisoformat(plan["start"]), version=plan["version"],
            shifted=[Shifted(pk, version, start and datetime.fromisoformat(start)) for pk, version, start in plan["shifted"]],
            day=plan["day"], reason=values["reason"] or _("Urgent"), **self.who,
        )  # fmt: skip
        said = _("%(order)s is with %(name)s at %(start)s now.") % {
            "order": self.subject, "name": engineer, "start": self.clock(datetime.fromisoformat(plan["start"])),
        }  # fmt: skip
        return self.done(moves, said, {engineer.pk})


def _sign(kind: str, user: User, value: Any) -> str:
    return signing.dumps([user.pk, value], salt=f"board-{kind}", compress=True)


def _signed_by(user: User, kind: str, text: str) -> Any:
    try:
        signer, value = signing.loads(text, salt=f"board-{kind}", max_age=SIGNED_FOR)
    except signing.BadSignature:
        signer, value = None, None
    if signer != user.pk:
        raise Refused(_("This is no longer valid. Look at the board again."))
    return value
