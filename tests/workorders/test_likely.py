"""How likely a part is needed: what few orders say is held against what many say."""

from hypothesis import given
from hypothesis import strategies as st

from workorders.likely import STRENGTH, Circle, chance

circles = st.tuples(st.integers(0, 5000), st.floats(0, 1)).map(lambda pair: Circle(pair[0], round(pair[0] * pair[1])))


def test_a_single_order_makes_no_rule_and_many_speak_for_themselves():
    assert chance([Circle(1, 1)]).share < 0.15
    assert chance([Circle(2000, 100), Circle(34, 21)]) == (((21 + STRENGTH * 100 / 2008) / (34 + STRENGTH)), (34, 21))
    of_few = chance([Circle(2000, 100), Circle(1, 1)])
    assert (0.05 < of_few.share < 0.2, of_few.told) == (True, Circle(2000, 100))


@given(st.lists(circles, min_size=1, max_size=4))
def test_it_lies_within_what_the_circles_say_and_grows_with_use(given_circles):
    found = chance(given_circles)
    shares = [circle.used / circle.orders for circle in given_circles if circle.orders]
    assert 0 <= found.share <= max(shares, default=0)
    assert found.told in given_circles
    *wider, last = given_circles
    if last.used < last.orders:
        assert chance([*wider, last._replace(used=last.used + 1)]).share > found.share
