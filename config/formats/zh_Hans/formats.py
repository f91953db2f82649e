"""Shorter than Django's where room is short: tables and steps."""

SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
DATETIME_FORMAT = "Y年n月j日 H:i"

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
