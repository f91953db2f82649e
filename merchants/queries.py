from dataclasses import dataclass

from django.apps import apps
from django.db.models import ForeignObjectRel, Model, Q
from django.utils.text import capfirst

from journal.models import Entry
from journal.queries import Stretch, read
from merchants.models import Merchant, MerchantQuerySet
from routing.geo import box_around, distance_m
from toolkit.search import pieces, plain, similarity

NEAR_M = 300
SIMILAR = 0.6  # word similarity of pg_trgm: 1 where one name stands whole within the other


def timeline(merchant: Merchant, *, limit: int = 30, before_id: int | None = None) -> Stretch:
    """What happened at this merchant and at the doubles merged into it, newest first."""
    doubles = Merchant.objects.filter(merged_into=merchant).values_list("pk", flat=True)
    entries = Entry.objects.of_merchants([merchant.pk, *doubles])
    return read(entries, about=merchant, limit=limit, before_id=before_id)


@dataclass
class PossibleDouble:
    merchant: Merchant
    has_same_phone: bool
    has_similar_name: bool
    distance_m: float | None


def possible_doubles(merchant: Merchant, among: MerchantQuerySet, limit: int = 10) -> list[PossibleDouble]:
    """Merchants with the same phone, or with a similar name within 300 m or in the same region; surest first.

    Three bounded queries, each led by an index; the similarity of names is computed for what the index leaves.
    """
    among = among.not_merged().exclude(pk=merchant.pk).select_related("region", "trade")
    phones = [index for index in merchant.contacts.values_list("phone_index", flat=True) if index]
    alike = (
        among.annotate(similarity=similarity(merchant.name, "name"))
        .filter(similarity__gte=SIMILAR)
        .order_by("-similarity", "pk")
    )
    by_phone = list(among.filter(contacts__phone_index__in=phones).distinct().order_by("pk")[:limit]) if phones else []
    by_name = list(alike.filter(_shares_three_letters(merchant.name), region=merchant.region)[:limit])
    if merchant.lat is not None:
        lats, lons = box_around(merchant.lat, merchant.lon, NEAR_M)
        near = alike.filter(lat__range=lats, lon__range=lons)[:limit]
        by_name += [row for row in near if _distance(merchant, row) <= NEAR_M]
    same_phone, similar = ({row.pk for row in rows} for rows in (by_phone, by_name))
    found = {row.pk: row for row in [*by_phone, *by_name]}
    doubles = [
        PossibleDouble(row, pk in same_phone, pk in similar, _distance(merchant, row)) for pk, row in found.items()
    ]
    return sorted(doubles, key=lambda double: not (double.has_same_phone and double.has_similar_name))[:limit]


def rows_pointing_at_merchants() -> list[tuple[type[Model], str]]:
    """(model, field) of every foreign key to merchants, in the order in which rows are locked."""
    rooms = list(apps.app_configs)
    found = [
        (relation.related_model, relation.field.name)
        for relation in Merchant._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many
    ]
    return sorted(found, key=lambda one: (rooms.index(one[0]._meta.app_label), one[0]._meta.model_name, one[1]))


def what_moves(merchant: Merchant) -> list[tuple[str, int]]:
    """(what, how many) of everything a merge takes away from this merchant."""
    counts = [
        (capfirst(str(model._meta.verbose_name_plural)), model._base_manager.filter(**{field: merchant}).count())
        for model, field in rows_pointing_at_merchants()
    ]
    return [(what, count) for what, count in counts if count]


def _shares_three_letters(name: str) -> Q:
    """Three characters in a row of this name, figures left out where it has others: what the index can look up."""
    text = plain(name)
    runs = {text[start : start + 3] for start in range(max(len(text) - 2, 1))}
    shared = Q(pk__in=[])
    for run in sorted(run for run in runs if not any(map(str.isdigit, run))) or sorted(runs):
        shared |= Q(bigrams__contains=pieces(run))
    return shared


def _distance(one: Merchant, other: Merchant) -> float | None:
    if one.lat is None or other.lat is None:
        return None
    return float(distance_m(one.lat, one.lon, other.lat, other.lon))
