"""Planned once per connection, and as right as any other query."""

import pytest
from django.db import connection, transaction

from toolkit import prepared
from toolkit.prepared import execute_prepared

pytestmark = pytest.mark.django_db

SQL = "SELECT %(text)s || '%%', %(number)s + 1, %(number)s = ANY(%(numbers)s::int[])"


def answer(sql: str = SQL, **values) -> tuple:
    with connection.cursor() as cursor:
        execute_prepared(cursor, sql, {"text": "5 %s", "number": 2, "numbers": [1, 2], "spare": 1} | values)
        return cursor.fetchone()


def plans() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE %s", ["planned_%"])
        return {name for (name,) in cursor.fetchall()}


def test_one_plan_serves_all_values(django_assert_num_queries) -> None:
    before = plans()
    with django_assert_num_queries(2):
        assert answer() == ("5 %s%", 3, True)
        assert answer(text="'; --", number=7) == ("'; --%", 8, False)
    assert len(plans() - before) == 1


def test_it_outlives_a_rollback() -> None:
    with transaction.atomic():
        assert answer("SELECT %(number)s + 2") == (4,)
        transaction.set_rollback(True)
    assert answer("SELECT %(number)s + 2") == (4,)


def test_only_so_many_plans_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 2)
    for number in range(4):
        assert answer(f"SELECT %(number)s + {number} + 10") == (number + 12,)
    assert len(plans()) == 2


def test_behind_a_pooler_nothing_is_kept(monkeypatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    before = plans()
    assert answer("SELECT %(number)s + 3") == (5,)
    assert plans() == before
