"""Search by any two characters: a generated column of bigrams, and the condition that uses its index."""

import re

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Concat, Greatest

NOISE = re.compile(r"[\W_]+")


class Bigrams(Func):
    """The SQL function of toolkit/migrations/0001."""

    function = "bigrams"
    output_field = ArrayField(models.TextField())


class Plain(Func):
    """The SQL function of toolkit/migrations/0001."""

    function = "plain"
    output_field = models.TextField()


def joined(*fields: str) -> Func:
    parts = [part for name in fields for part in (F(name), Value("\n"))]
    return Concat(*parts, output_field=models.TextField())


def bigrams_of(*fields: str) -> models.GeneratedField:
    """A stored column with the two-character pieces of these fields; give it a GinIndex."""
    return models.GeneratedField(
        expression=Bigrams(joined(*fields)), output_field=ArrayField(models.TextField()), db_persist=True
    )


def plain(text: str) -> str:
    return NOISE.sub("", text.lower())


def pieces(text: str) -> list[str]:
    """What bigrams(text) gives, in Python."""
    text = plain(text)
    return sorted({text[i : i + 2] for i in range(max(len(text) - 1, 1))}) if text else []


def similarity(text: str, field: str) -> Func:
    """Word similarity of pg_trgm, 0 to 1: 1 where one of the two stands whole within the other."""
    one, other = Value(text), F(field)
    return Greatest(Func(one, other, function="word_similarity"), Func(other, one, function="word_similarity"))


def matches(queryset: models.QuerySet, text: str, *fields: str, column: str = "bigrams") -> models.QuerySet:
    """Rows whose fields contain every word of `text`: the index finds them, the text itself confirms them."""
    for word in filter(None, map(plain, text.split())):
        if len(word) > 1:
            queryset = queryset.filter(**{f"{column}__contains": pieces(word)})
        if len(word) != 2:  # two characters are a piece themselves: the index has said all
            queryset = queryset.alias(_plain=Plain(joined(*fields))).filter(_plain__contains=word)
    return queryset
