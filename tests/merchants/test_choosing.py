import pytest
from django import forms
from django.urls import reverse

from merchants.models import Merchant
from tests import factories as make
from toolkit.choices import SearchField

URL = "/office/merchants/search/"


def test_it_finds_what_the_person_may_see_by_two_characters(client, dispatcher, merchant, foreign_merchant):
    client.force_login(dispatcher)
    (found,) = client.get(URL, {"q": "茶馆"}).json()
    assert found["value"] == merchant.number
    assert found["text"] == f"{merchant.name} · {merchant.number} · Xihu · {merchant.address}"
    assert client.get(URL, {"q": "Noodles"}).json() == []


def test_it_answers_twenty_rows_in_as_many_queries_as_one(
    client, dispatcher, xihu, django_assert_max_num_queries, merchant
):
    client.force_login(dispatcher)
    make.MerchantFactory.create_batch(30, region=xihu)
    with django_assert_max_num_queries(5):
        assert len(client.get(URL).json()) == 20


def test_merged_merchants_are_not_offered(client, dispatcher, merchant, xihu):
    make.MerchantFactory(name="朝阳茶馆 2", region=xihu, merged_into=merchant)
    client.force_login(dispatcher)
    assert [row["value"] for row in client.get(URL, {"q": "朝阳"}).json()] == [merchant.number]


def test_the_field_asks_no_merchants(client, engineer, merchant):
    client.force_login(engineer)
    assert client.get(URL).status_code == 403


class Choice(forms.Form):
    merchant = SearchField(Merchant.objects.none(), url_name="office:merchant-search", label="Merchant")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["merchant"].queryset = Merchant.objects.visible_to(user)


def test_the_field_shows_the_chosen_row_alone(dispatcher, merchant, xihu, django_assert_num_queries):
    make.MerchantFactory.create_batch(3, region=xihu)
    form = Choice(user=dispatcher, initial={"merchant": merchant})
    html = str(form["merchant"])
    assert f'data-search="{reverse("office:merchant-search")}"' in html
    assert html.count("<option") == 2
    assert f'<option value="{merchant.number}" selected>{merchant.name}</option>' in html


def test_an_empty_field_asks_the_database_nothing(dispatcher, merchant, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert str(Choice(user=dispatcher)["merchant"]).count("<option") == 1


@pytest.mark.parametrize("cast", ["merchant", "foreign_merchant"])
def test_the_field_takes_a_number_within_the_scope_of_the_person(dispatcher, merchant, foreign_merchant, cast, request):
    chosen = request.getfixturevalue(cast)
    form = Choice({"merchant": chosen.number}, user=dispatcher)
    assert form.is_valid() == (chosen == merchant)
    if form.is_valid():
        assert form.cleaned_data["merchant"] == merchant
