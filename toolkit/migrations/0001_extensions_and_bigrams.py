"""Extensions and two functions everything above may use; the toolkit itself has no models.

plain(text) is the text in small letters without spaces and punctuation. bigrams(text) cuts that into its
two-character pieces, so that a GIN index answers a search for any two characters, Chinese included
(pg_trgm needs three).
"""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

PLAIN = """
CREATE FUNCTION plain(input text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT regexp_replace(lower(input), '[^[:alnum:]]+', '', 'g')
$$
"""
BIGRAMS = """
CREATE FUNCTION bigrams(input text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE t text := regexp_replace(lower(input), '[^[:alnum:]]+', '', 'g');
BEGIN
    IF t = '' THEN RETURN '{}'; END IF;
    RETURN (SELECT array_agg(DISTINCT substr(t, i, 2)) FROM generate_series(1, greatest(length(t) - 1, 1)) AS i);
END
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(PLAIN, "DROP FUNCTION plain(text)"),
        migrations.RunSQL(BIGRAMS, "DROP FUNCTION bigrams(text)"),
    ]
