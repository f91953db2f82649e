"""The SQL of people.py: one query with the hard limits takes the most promising; without limits it tells why not.

Braces are filled in for each order: who is asked, the conditions, and once for each skill and part it needs
their columns and joins. Numbers come as bytes, eight for each, since thousands of them are read faster so.
"""

from collections.abc import Iterable

from workforce.roles import Role
from workorders.lifecycle import DONE, WITH_ENGINEER, Status

ENGINEERS = (Role.ENGINEER, Role.INSPECTOR)


def _in(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _forbidden(how: str) -> str:
    return f"coalesce(person.organisation_id IN (SELECT id FROM forbidden WHERE {how}), false)"


# Why somebody may not be chosen, in the order in which people are counted: the first that holds is their reason.
# Before these come the limits of each skill, after them that of each part, which is looked at late too.
LIMITS = {
    "organisation_ended": _forbidden("has_ended"),
    "organisation_kind": _forbidden("is_other_kind"),
    "organisation_elsewhere": _forbidden("is_elsewhere"),
    "off_shift": "on_shift.since IS NULL",
    "leave": "person.id IN (SELECT person_id FROM away WHERE kind = 'leave')",
    "training": "person.id IN (SELECT person_id FROM away WHERE kind = 'training')",
    "rejected": "person.id IN (SELECT person_id FROM refusal)",
}
FULL = "full"  # as many orders in hand as the rules allow: looked at last, person by person
OTHER_REGION = "other_region"

STAFF = f"person.is_active AND person.role IN ({_in(ENGINEERS)})"
EVERYBODY = f"here JOIN workforce_user person ON person.region_id = here.id AND {STAFF}"
ONE = f"{EVERYBODY} AND person.id = %(only)s"

# Of whom is asked nearby: who has one of so many jobs in hand, positions and start places that are next to the order.
STOPS, SEEN, STARTS = 1500, 500, 300


def _from_here(lat: str, lon: str) -> str:
    """What distances are compared by: squares of degrees of latitude."""
    return f"({lat} - %(lat)s::float8) ^ 2 + (({lon} - %(lon)s::float8) * %(shrink)s) ^ 2"


def _next_to(columns: str, source: str, most: int, lat: str = "lat", lon: str = "lon") -> str:
    """What an index finds, for which a degree is as long to the east as to the north."""
    return f"""(
        SELECT {columns} AS id, {lat} AS lat, {lon} AS lon FROM {source}
        ORDER BY point({lon}, {lat}) <-> point(%(lon)s, %(lat)s) LIMIT {most}
    )"""


def nearby(times: int) -> str:
    """The people around the order, from so many times the places."""
    in_hand = f"workorders_workorder WHERE lat IS NOT NULL AND status IN ({_in(WITH_ENGINEER)})"
    staff = f"workforce_user person WHERE start_lat IS NOT NULL AND {STAFF}"
    return f"""(
    SELECT id, min({_from_here("lat", "lon")}) AS distance FROM (
        {_next_to("engineer_id", in_hand, STOPS * times)}
        UNION ALL {_next_to("person_id", "workforce_position", SEEN * times)}
        UNION ALL {_next_to("id", staff, STARTS * times, "start_lat", "start_lon")}
    ) place
    GROUP BY id OFFSET 0
) near_by
JOIN workforce_user person ON person.id = near_by.id AND {STAFF}
JOIN here ON here.id = person.region_id"""


# Each step is fenced off (OFFSET 0, MATERIALIZED) so that the planner has little to ponder and keeps to this order.
FIT = """
WITH here AS MATERIALIZED (
    SELECT id, time_zone, lat, lon, local, local::date AS today, local::time AS clock,
        extract(isodow FROM local)::int - 1 AS weekday, local::date::timestamp AT TIME ZONE time_zone AS midnight
    FROM (
        SELECT *, %(at)s::timestamptz AT TIME ZONE time_zone AS local FROM workforce_region
        WHERE starts_with(path, %(region)s) OR path = ANY(%(line)s)
    ) region
), away AS MATERIALIZED (
    SELECT person_id, kind FROM workforce_booking WHERE kind <> 'work' AND during @> %(at)s::timestamptz
), refusal AS MATERIALIZED (
    SELECT person_id FROM workorders_rejection WHERE order_id = %(order)s AND until > %(at)s
), forbidden AS MATERIALIZED (
    SELECT id, coalesce(ends_on < %(today)s, false) AS has_ended,
        NOT EXISTS (
            SELECT FROM workorders_workordertype_organisations
            WHERE organisation_id = organisation.id AND workordertype_id = %(type)s
        ) AS is_other_kind,
        NOT EXISTS (
            SELECT FROM workforce_organisation_regions area JOIN workforce_region region ON region.id = area.region_id
            WHERE area.organisation_id = organisation.id AND region.path = ANY(%(order_line)s)
        ) AS is_elsewhere
    FROM workforce_organisation organisation
), fit AS (
    SELECT person.id, person.region_id, person.start_lat, person.start_lon, person.organisation_id, on_shift.since
        {needs} {reasons}
    FROM {people}
    {joins}
    CROSS JOIN LATERAL (
        SELECT min(starts_at) AS since FROM workforce_shift
        WHERE person_id = person.id AND weekday = here.weekday AND starts_at <= here.clock AND ends_at > here.clock
    ) on_shift
    WHERE {condition}
    {most}
)
"""

IN_HAND = f"""
LATERAL (
    SELECT count(*) AS orders,
        count(*) FILTER (WHERE status IN ('{Status.ON_SITE}', '{Status.IN_PROGRESS}')) > 0 AS is_working,
        min({_from_here("lat", "lon")}) AS nearest, array_agg(booking_id) AS bookings, array_agg(lat) AS lats,
        array_agg(lon) AS lons {{promised}}
    FROM workorders_workorder work
    WHERE engineer_id = person.id AND status IN ({_in(WITH_ENGINEER)}) AND id <> %(order)s
) hands
"""

# What an order needs of a person, once for each skill and each part.
HELD = (
    "LEFT JOIN workforce_personskill held_{n} ON held_{n}.person_id = person.id AND held_{n}.skill_id = %(skill_{n})s"
)
PROMISED = """, coalesce(sum(greatest(0, (needed_parts ->> %(part_code_{n})s::text)::int - (
    SELECT coalesce(sum(quantity), 0) FROM spareparts_movement used
    WHERE used.order_number = work.number AND used.part_id = %(part_{n})s AND used.kind = 'use'
))) FILTER (WHERE needed_parts ->> %(part_code_{n})s::text IS NOT NULL), 0) AS promised_{n}"""
# In the bag, and not promised to another order in hand. Looked up person by person, the nearest first.
FREE = """greatest(0, coalesce((
    SELECT quantity FROM spareparts_place bag JOIN spareparts_stock stock ON place_id = bag.id AND part_id = %(part_{n})s
    WHERE bag.person_id = person.id
), 0) - hands.promised_{n})"""

PLACES = ("position", "job", "start", "region", "unknown")
OF_A_PERSON = (
    "near.id", "near.lat", "near.lon", "near.place", "date_part('epoch', %(at)s::timestamptz) - date_part('epoch', near.told_at)",
    "near.start_lat", "near.start_lon", "near.orders", "near.visits", "near.is_working::int",
    "near.organisation_id",
)  # fmt: skip


def numbers(columns: Iterable[str], order: str = "n") -> str:
    """Rows of these columns, as the bytes of arrays."""
    row = ", ".join(f"coalesce(({column})::float8, 'NaN')" for column in columns)
    return f"string_agg(array_send(ARRAY[{row}]), '' ORDER BY {order})"


NEAREST_PEOPLE = f"""
{FIT}, placed AS (
    SELECT fit.*, told.at AS told_at,
        coalesce(seen.lat, job.lat, start_lat, here.lat) AS lat,
        coalesce(seen.lon, job.lon, start_lon, here.lon) AS lon,
        CASE WHEN seen.lat IS NOT NULL THEN 0 WHEN job.lat IS NOT NULL THEN 1
            WHEN start_lat IS NOT NULL THEN 2 WHEN here.lat IS NOT NULL THEN 3 ELSE 4 END AS place
    FROM fit
    JOIN here ON here.id = fit.region_id
    LEFT JOIN workforce_position told ON told.person_id = fit.id
    LEFT JOIN LATERAL (
        SELECT told.lat, told.lon
        WHERE told.at BETWEEN %(fresh)s AND %(latest)s
            AND here.today + fit.since <= told.at AT TIME ZONE here.time_zone
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT done.lat, done.lon FROM workorders_workorder done
        WHERE seen.lat IS NULL AND done.engineer_id = fit.id AND done.lat IS NOT NULL
            AND done.departed_at >= here.midnight AND done.departed_at <= %(latest)s
        ORDER BY done.departed_at DESC LIMIT 1
    ) job ON true
), known AS MATERIALIZED (
    SELECT engineer_id AS id, count(*) AS visits FROM workorders_workorder
    WHERE merchant_id = %(merchant)s AND status IN ({_in(DONE)})
    GROUP BY engineer_id
), promising AS (
    SELECT *, sqrt(least(distance, nearest)) * %(per_degree)s + orders * %(per_order)s {{price}}
        - least(visits, %(enough_visits)s) * %(per_visit)s AS price
    FROM (
        SELECT person.*, hands.orders, hands.is_working, hands.nearest, hands.bookings, lats, lons {{free}},
            coalesce((SELECT visits FROM known WHERE id = person.id), 0) AS visits
        FROM (
            SELECT *, coalesce({_from_here("lat", "lon")}, 1e9) AS distance FROM placed
            ORDER BY distance, id OFFSET 0
        ) person
        CROSS JOIN {IN_HAND}
        WHERE hands.orders < %(most_orders)s AND {{late_condition}}
    ) person
), near AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY {{rank}}, id) - %(offset)s AS n FROM promising
    ORDER BY {{rank}}, id
    LIMIT %(limit)s OFFSET %(offset)s
)
SELECT * FROM (
    SELECT {{numbers}} AS people, array_agg(person.username ORDER BY n) AS username,
        array_agg(person.name ORDER BY n) AS name
    FROM near
    CROSS JOIN LATERAL (SELECT username, name FROM workforce_user WHERE id = near.id OFFSET 0) person
) people, (
    SELECT {numbers(("n", "day", "date_part('epoch', opens_at)", "date_part('epoch', closes_at)"), "n, opens_at")} AS shifts
    FROM near JOIN here ON here.id = near.region_id CROSS JOIN (VALUES (0), (1)) days (day) CROSS JOIN LATERAL (
        SELECT (today + day + starts_at) AT TIME ZONE time_zone AS opens_at,
            (today + day + ends_at) AT TIME ZONE time_zone AS closes_at
        FROM workforce_shift WHERE person_id = near.id AND weekday = (here.weekday + day) %% 7 OFFSET 0
    ) shift
) shifts, (
    SELECT {numbers(("n", "date_part('epoch', starts_at)", "date_part('epoch', ends_at)", "booking.lat", "booking.lon"), "n, starts_at, ends_at")} AS bookings
    FROM near
    CROSS JOIN LATERAL (
        SELECT booking.id, starts_at, ends_at, lat, lon
        FROM (
            SELECT id, lower(during) AS starts_at, upper(during) AS ends_at FROM workforce_booking
            WHERE person_id = near.id AND upper(during) > %(at)s AND lower(during) < %(until)s OFFSET 0
        ) booking
        LEFT JOIN unnest(near.bookings, lats, lons) work (id, lat, lon) ON work.id = booking.id
        OFFSET 0
    ) booking
    WHERE booking.id IS DISTINCT FROM %(booking)s
) booked
"""

COUNT_OF_PASSED_OVER = f"""
{FIT}
SELECT coalesce(reason, CASE {{late_cases}} END), count(*)
FROM fit person CROSS JOIN {IN_HAND}
GROUP BY 1
"""
