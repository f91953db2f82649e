"""The SQL of people.py: one query with the hard limits takes the nearest; without limits it tells why not.

Braces are filled in for each order: the conditions, and once for each skill and part it needs their columns and joins.
"""

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
    "off_shift": "(person.id, here.zone) NOT IN (SELECT person_id, zone FROM duty)",
    "leave": "person.id IN (SELECT person_id FROM away WHERE kind = 'leave')",
    "training": "person.id IN (SELECT person_id FROM away WHERE kind = 'training')",
    "rejected": "person.id IN (SELECT person_id FROM refusal)",
}
LATE = ("leave", "training", "rejected")  # keep out few: looked at last, and only until enough people are found
FULL = "full"  # as many orders in hand as the rules allow: the same
OTHER_REGION = "other_region"

# Each step is fenced off (OFFSET 0, MATERIALIZED) so that the planner has little to ponder and keeps to this order.
FIT = f"""
WITH here AS MATERIALIZED (
    SELECT id, time_zone, dense_rank() OVER (ORDER BY time_zone) AS zone, lat, lon, local, local::date AS today,
        extract(isodow FROM local)::int - 1 AS weekday, local::date::timestamp AT TIME ZONE time_zone AS midnight
    FROM (
        SELECT *, %(at)s AT TIME ZONE time_zone AS local FROM workforce_region
        WHERE starts_with(path, %(region)s) OR path = ANY(%(line)s)
    ) region
), duty AS MATERIALIZED (
    SELECT shift.person_id, clock.zone, clock.local - clock.today - shift.starts_at AS lasts
    FROM (SELECT DISTINCT zone, local, today, weekday FROM here) clock
    JOIN workforce_shift shift ON shift.weekday = clock.weekday
        AND shift.starts_at <= clock.local::time AND shift.ends_at > clock.local::time
), away AS MATERIALIZED (
    SELECT person_id, kind FROM workforce_booking WHERE kind <> 'work' AND during @> %(at)s
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
    SELECT person.id, person.region_id, person.start_lat, person.start_lon, person.organisation_id {{needs}} {{reasons}}
    FROM here
    JOIN workforce_user person ON person.region_id = here.id AND person.is_active
        AND person.role IN ({_in(ENGINEERS)})
    {{joins}}
    WHERE {{condition}}
    OFFSET 0
)
"""

IN_HAND = f"""
LATERAL (
    SELECT count(*) AS orders,
        count(*) FILTER (WHERE status IN ('{Status.ON_SITE}', '{Status.IN_PROGRESS}')) > 0 AS is_working {{promised}}
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

NEAREST_PEOPLE = f"""
{FIT}, placed AS (
    SELECT fit.*, told.at AS told_at,
        coalesce(seen.lat, job.lat, start_lat, here.lat) AS lat,
        coalesce(seen.lon, job.lon, start_lon, here.lon) AS lon,
        CASE WHEN seen.lat IS NOT NULL THEN 'position' WHEN job.lat IS NOT NULL THEN 'job'
            WHEN start_lat IS NOT NULL THEN 'start' WHEN here.lat IS NOT NULL THEN 'region'
            ELSE 'unknown' END AS place
    FROM fit
    JOIN here ON here.id = fit.region_id
    LEFT JOIN workforce_position told ON told.person_id = fit.id
    LEFT JOIN LATERAL (
        SELECT told.lat, told.lon WHERE told.at BETWEEN %(fresh)s AND %(latest)s AND (
            (fit.id, here.zone) IN (SELECT person_id, duty.zone FROM duty WHERE lasts >= %(fresh_for)s)
            OR EXISTS (
                SELECT FROM workforce_shift shift
                WHERE shift.person_id = fit.id AND shift.weekday = here.weekday
                    AND here.today + shift.starts_at <= told.at AT TIME ZONE here.time_zone
                    AND here.today + shift.ends_at > here.local
            )
        )
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT done.lat, done.lon FROM workorders_workorder done
        WHERE seen.lat IS NULL AND done.engineer_id = fit.id AND done.lat IS NOT NULL
            AND done.departed_at >= here.midnight AND done.departed_at <= %(latest)s
        ORDER BY done.departed_at DESC LIMIT 1
    ) job ON true
), near AS MATERIALIZED (
    SELECT person.*, hands.orders, hands.is_working {{free}}, row_number() OVER (ORDER BY distance, id) AS n
    FROM (
        SELECT *, coalesce((lat - %(lat)s::float8) ^ 2 + ((lon - %(lon)s::float8) * %(shrink)s) ^ 2, 1e9) AS distance FROM placed
        ORDER BY distance, id OFFSET 0
    ) person
    CROSS JOIN {IN_HAND}
    WHERE hands.orders < %(most)s AND {{late_condition}}
    ORDER BY distance, id
    LIMIT %(limit)s OFFSET %(offset)s
)
SELECT * FROM (
    SELECT array_agg(near.id ORDER BY n) AS person, array_agg(person.username ORDER BY n) AS username,
        array_agg(person.name ORDER BY n) AS name, array_agg(near.lat ORDER BY n) AS lat,
        array_agg(near.lon ORDER BY n) AS lon, array_agg(near.place ORDER BY n) AS place,
        array_agg(extract(epoch FROM %(at)s - near.told_at)::float8 ORDER BY n) AS position_age_s,
        array_agg(near.start_lat ORDER BY n) AS start_lat, array_agg(near.start_lon ORDER BY n) AS start_lon,
        array_agg(near.orders ORDER BY n) AS orders, array_agg(coalesce(known.visits, 0) ORDER BY n) AS visits,
        array_agg(near.is_working ORDER BY n) AS is_working,
        array_agg(near.organisation_id ORDER BY n) AS organisation
        {{arrays}}
    FROM near
    CROSS JOIN LATERAL (SELECT username, name FROM workforce_user WHERE id = near.id OFFSET 0) person
    LEFT JOIN (
        SELECT engineer_id AS id, count(*) AS visits FROM workorders_workorder
        WHERE merchant_id = %(merchant)s AND status IN ({_in(DONE)})
        GROUP BY engineer_id
    ) known ON known.id = near.id
) people, (
    SELECT array_agg(near.id) AS shift_of, array_agg(shift.day) AS shift_day,
        array_agg(extract(epoch FROM shift.opens_at)::float8) AS shift_opens,
        array_agg(extract(epoch FROM shift.closes_at)::float8) AS shift_closes
    FROM near JOIN here ON here.id = near.region_id CROSS JOIN LATERAL (
        SELECT day, (today + day + starts_at) AT TIME ZONE time_zone AS opens_at,
            (today + day + ends_at) AT TIME ZONE time_zone AS closes_at
        FROM (
            SELECT starts_at, ends_at, (weekday - here.weekday + 7) %% 7 AS day
            FROM workforce_shift WHERE person_id = near.id OFFSET 0
        ) worked
        WHERE day < 2
    ) shift
) shifts, (
    SELECT array_agg(near.id) AS booking_of, array_agg(extract(epoch FROM lower(during))::float8) AS booking_start,
        array_agg(extract(epoch FROM upper(during))::float8) AS booking_end, array_agg(booked.lat) AS booking_lat,
        array_agg(booked.lon) AS booking_lon
    FROM near
    CROSS JOIN LATERAL (
        SELECT booking.id, during, work.lat, work.lon
        FROM (
            SELECT id, during FROM workforce_booking
            WHERE person_id = near.id AND forced_by_id IS NULL AND during && %(days)s::tstzrange
            UNION ALL
            SELECT id, during FROM workforce_booking
            WHERE person_id = near.id AND forced_by_id IS NOT NULL AND during && %(days)s::tstzrange
        ) booking
        LEFT JOIN (
            SELECT booking_id, lat, lon FROM workorders_workorder
            WHERE engineer_id = near.id AND status IN ({_in(WITH_ENGINEER)}) OFFSET 0
        ) work ON work.booking_id = booking.id
        OFFSET 0
    ) booked
    WHERE booked.id IS DISTINCT FROM %(booking)s
) booked
"""

COUNT_OF_PASSED_OVER = f"""
{FIT}
SELECT coalesce(reason, CASE {{late_cases}} END), count(*)
FROM fit person CROSS JOIN {IN_HAND}
GROUP BY 1
"""
