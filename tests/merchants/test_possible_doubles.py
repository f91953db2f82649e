from merchants.models import Merchant
from merchants.queries import possible_doubles
from tests import factories as make


def found(merchant) -> dict:
    return {double.merchant.name: double for double in possible_doubles(merchant, Merchant.objects.all())}


def test_a_similar_name_counts_near_by_or_in_the_same_region(merchant, xihu, ningbo):
    make.MerchantFactory(name="朝阳茶馆", region=xihu, lat=31.0, lon=121.0)
    make.MerchantFactory(name="Sunrise Tea House", region=ningbo, lat=merchant.lat + 0.002, lon=merchant.lon)
    make.MerchantFactory(name="Sunrise Tea", region=ningbo, lat=merchant.lat + 0.004, lon=merchant.lon)
    make.MerchantFactory(name="西湖小吃", region=xihu)
    doubles = found(merchant)
    assert set(doubles) == {"朝阳茶馆", "Sunrise Tea House"}
    assert round(doubles["Sunrise Tea House"].distance_m) == 222
    assert all(double.has_similar_name and not double.has_same_phone for double in doubles.values())


def test_the_same_phone_counts_anywhere_and_comes_first_with_a_similar_name(merchant, xihu, ningbo):
    other = make.MerchantFactory(name="Noodles", region=ningbo, lat=None, lon=None)
    make.ContactFactory(merchant=other, phone="138-1234-5678")
    both = make.MerchantFactory(name="朝阳茶馆", region=xihu)
    make.ContactFactory(merchant=both, phone="008613812345678")
    doubles = possible_doubles(merchant, Merchant.objects.all())
    assert [double.merchant for double in doubles] == [both, other]
    assert (doubles[1].has_same_phone, doubles[1].has_similar_name, doubles[1].distance_m) == (True, False, None)


def test_merged_merchants_and_those_out_of_scope_are_none(merchant, xihu, dispatcher, foreign_merchant):
    make.ContactFactory(merchant=foreign_merchant)
    gone = make.MerchantFactory(name=merchant.name, region=xihu, merged_into=merchant)
    assert possible_doubles(merchant, Merchant.objects.visible_to(dispatcher)) == []
    assert possible_doubles(gone, Merchant.objects.visible_to(dispatcher))[0].merchant == merchant


def test_it_is_bounded(merchant, xihu, django_assert_max_num_queries):
    for _n in range(30):
        make.ContactFactory(merchant=make.MerchantFactory(name="朝阳茶馆", region=xihu))
    with django_assert_max_num_queries(4):
        assert len(possible_doubles(merchant, Merchant.objects.all())) == 10
