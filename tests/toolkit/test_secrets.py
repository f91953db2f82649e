import pytest
from django.core.exceptions import FieldError
from django.core.serializers import serialize
from django.db import IntegrityError, connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from toolkit.secrets import (
    EncryptedTextField,
    UnreadableSecret,
    blind_grams,
    blind_index,
    blind_query,
    decrypt,
    encrypt,
    mask_account,
    mask_identity,
    mask_phone,
    normalize_phone,
)

digit_strings = st.text("0123456789", min_size=0, max_size=12)


@pytest.fixture
def person(db):
    """A model with a table of its own, unknown to the project's migrations."""
    with isolate_apps("toolkit"):

        class Person(models.Model):
            identity = EncryptedTextField()
            phone = EncryptedTextField(null=True, blank=True)

            class Meta:
                app_label = "toolkit"

        with connection.schema_editor() as editor:
            editor.create_model(Person)
        yield Person


def stored_bytes(person, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {person._meta.db_table}")
        return [None if value is None else bytes(value) for (value,) in cursor.fetchall()]


def test_a_value_comes_back_and_is_not_in_the_table(person):
    person.objects.create(identity="310101199003071234", phone="13812345678")
    assert person.objects.get().identity == "310101199003071234"
    assert person.objects.values_list("phone", flat=True).get() == "13812345678"
    assert b"1234" not in stored_bytes(person, "identity")[0]


def test_equal_values_are_stored_differently(person):
    person.objects.create(identity="310101199003071234")
    person.objects.create(identity="310101199003071234")
    first, second = stored_bytes(person, "identity")
    assert first != second


def test_none_and_empty_stay_what_they_are(person):
    person.objects.create(identity="", phone=None)
    found = person.objects.get()
    assert (found.identity, found.phone) == ("", None)
    with pytest.raises(IntegrityError):
        person.objects.create(identity=None)


def test_bulk_writes_and_updates_are_encrypted(person):
    rows = person.objects.bulk_create([person(identity=f"number {n}") for n in range(3)])
    for row in rows:
        row.phone = f"phone {row.pk}"
    person.objects.bulk_update(rows, ["phone"])
    person.objects.filter(pk=rows[0].pk).update(phone="updated")
    assert max(person.objects.values_list("phone", flat=True)) == "updated"
    assert not any(b"phone" in value or b"updated" in value for value in stored_bytes(person, "phone"))


def test_only_isnull_can_be_asked(person):
    person.objects.create(identity="a", phone="1")
    person.objects.create(identity="b")
    assert person.objects.get(phone__isnull=True).identity == "b"
    for lookup in ("phone", "phone__exact", "phone__contains", "phone__in", "phone__gt", "phone__length__gt"):
        with pytest.raises(FieldError, match="blind index"):
            person.objects.filter(**{lookup: "1"}).first()
    with pytest.raises(FieldError):
        person.objects.filter(identity=models.F("phone")).first()


def test_a_column_can_be_added_to_a_table_with_rows(person):
    person.objects.create(identity="a")
    account = EncryptedTextField(default="", blank=True)
    account.set_attributes_from_name("account")
    account.model = person
    with connection.schema_editor() as editor:
        editor.add_field(person, account)
    assert stored_bytes(person, "account") == [b""]


def test_the_field_deconstructs_for_migrations():
    name, path, args, kwargs = EncryptedTextField("identity number", null=True, blank=True).deconstruct()
    assert path == "toolkit.secrets.EncryptedTextField"
    again = EncryptedTextField(*args, **kwargs)
    assert again.deconstruct() == (name, path, args, kwargs)
    assert again.db_type(connection) == "bytea"


def test_a_unique_encrypted_column_is_an_error():
    with isolate_apps("toolkit"):

        class Wrong(models.Model):
            identity = EncryptedTextField(unique=True)

            class Meta:
                app_label = "toolkit"

        assert [error.id for error in Wrong._meta.get_field("identity").check()] == ["toolkit.E001"]


def test_fixtures_never_hold_it(person):
    row = person.objects.create(identity="310101199003071234")
    with pytest.raises(TypeError, match="identity is encrypted"):
        serialize("json", [row])


def test_old_keys_still_open_and_the_first_key_seals(settings):
    settings.FIELD_KEYS = ["old key"]
    before = encrypt("13812345678")
    settings.FIELD_KEYS = ["new key", "old key"]
    assert decrypt(before) == "13812345678"
    after = encrypt("13812345678")
    settings.FIELD_KEYS = ["new key"]
    assert decrypt(after) == "13812345678"
    with pytest.raises(UnreadableSecret):
        decrypt(before)


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_an_altered_value_is_not_read(position):
    altered = bytearray(encrypt("310101199003071234"))
    altered[position] ^= 1
    with pytest.raises(UnreadableSecret):
        decrypt(bytes(altered))


@pytest.mark.parametrize("stored", [b"x", b"\x01", b"\x01" + b"0" * 11, b"13812345678"])
def test_clear_text_or_a_stump_is_not_taken_for_a_secret(stored):
    with pytest.raises(UnreadableSecret):
        decrypt(stored)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_survives(text):
    assert decrypt(encrypt(text)) == text


def test_a_blind_index_depends_on_value_purpose_and_key(settings):
    index = blind_index("13812345678", "phone")
    assert len(index) == 32
    assert index == blind_index("13812345678", "phone")
    assert index != blind_index("13812345679", "phone")
    assert index != blind_index("13812345678", "account")
    settings.INDEX_KEY = "another"
    assert index != blind_index("13812345678", "phone")


def test_the_purpose_cannot_be_shifted_into_the_value():
    assert blind_index("b", "phone a") != blind_index(" ab", "phone")
    assert not set(blind_grams("5678", "phone")) & {blind_index("5678", "phone")[:10]}


def test_a_mobile_has_grams_of_two_three_and_four_digits():
    grams = blind_grams("13812345678", "phone")
    assert len(grams) == 10 + 9 + 8
    assert all(len(gram) == 10 for gram in grams)
    assert grams == sorted(grams)  # their order tells nothing


@given(digit_strings, digit_strings)
def test_a_number_that_contains_the_digits_is_always_found(number, wanted):
    if wanted in number:
        assert set(blind_query(wanted, "phone")) <= set(blind_grams(number, "phone"))


@given(digit_strings, st.text("0123456789", min_size=2, max_size=4))
def test_up_to_four_digits_nothing_else_is_found(number, wanted):
    found = set(blind_query(wanted, "phone")) <= set(blind_grams(number, "phone"))
    assert found == (wanted in number)


def test_a_query_of_one_digit_asks_nothing_and_longer_ones_ask_all_fours():
    assert blind_query("1", "phone") == []
    assert len(blind_query("123", "phone")) == 1
    assert len(blind_query("123456", "phone")) == 3
    assert blind_query("138 1234", "phone") == blind_query("１３８-1234", "phone")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("02162281234", "021****1234"),
        ("057187654321", "057*****4321"),
        ("62281234", "****1234"),
        ("95588", "***88"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_mask_phone(phone, masked):
    assert mask_phone(phone) == masked


def test_accounts_and_identities_show_their_last_four():
    assert mask_account("6222 0212 3456 7890 123") == "****0123"
    assert mask_account("1234567") == "****"
    assert mask_account("") == ""
    assert mask_identity("31010119900307123X") == "****123X"


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("13812345678", "13812345678"),
        (" 138 1234 5678 ", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("（+86）13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("013812345678", "13812345678"),
        ("13812345678.0", "13812345678"),
        ("1.3812345678E+10", "13812345678"),
        ("13812345678 张经理 2楼", "13812345678"),
        ("张经理：13812345678/13987654321", "13812345678"),
        ("13812345678 13987654321", "13812345678"),
        ("021-6228 1234 转 801", "02162281234"),
        ("021-62281234-801", "02162281234"),
        ("021-6228-1234-801", "02162281234"),
        ("021-6228-1234", "02162281234"),
        ("(021) 6228 1234 ext. 801", "02162281234"),
        ("62281234x801", "62281234"),
        ("+86 21 6228 1234", "02162281234"),
        ("+86 (0)21 6228 1234", "02162281234"),
        ("86-21-62281234-801", "02162281234"),
        ("21-62281234", "02162281234"),
        ("0571-87654321", "057187654321"),
        ("+86-571-87654321", "057187654321"),
        ("0512-6543210", "05126543210"),
        ("62281234-801", "62281234"),
        ("86281234", "86281234"),
        ("400-820-1234", "4008201234"),
        ("95588", "95588"),
        ("无；021-62281234", "02162281234"),
        ("+852 2345 6789", "+85223456789"),
        ("00852-2345-6789", "+85223456789"),
        ("+1 (415) 555-0123", "+14155550123"),
        ("", None),
        ("-", None),
        ("无", None),
        ("N/A", None),
        ("1234", None),
        ("0", None),
        ("00000000000", None),
        ("1.38123E+10", None),
        ("+", None),
        ("1" * 40, None),
    ],
)
def test_normalize_phone(raw, phone):
    assert normalize_phone(raw) == phone


def test_elsewhere_only_the_own_country_code_goes():
    assert normalize_phone("+852 2345 6789", "HK") == "23456789"
    assert normalize_phone("+86 138 1234 5678", "HK") == "+8613812345678"
    assert normalize_phone("2345 6789", "HK") == "23456789"


@given(st.text())
def test_whatever_is_typed_gives_digits_or_nothing(raw):
    phone = normalize_phone(raw)
    assert phone is None or (phone.removeprefix("+").isascii() and phone.removeprefix("+").isdigit())


@given(st.text("0123456789+-() .转", max_size=20))
def test_a_normalized_number_stays_as_it_is(raw):
    phone = normalize_phone(raw)
    assert phone is None or normalize_phone(phone) == phone
