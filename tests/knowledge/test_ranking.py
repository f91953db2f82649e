import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ranking import wilson_lower_bound


@pytest.mark.parametrize(
    ("yes", "total", "bound"),
    [(0, 0, 0.0), (0, 5, 0.0), (1, 1, 0.2065), (10, 10, 0.7225), (90, 100, 0.8256), (50, 100, 0.4038)],
)
def test_the_bound_is_wilsons(yes, total, bound):
    """Figures as the closed form gives them for 95 %, to four places."""
    assert wilson_lower_bound(yes, total) == pytest.approx(bound, abs=1e-4)


@given(st.integers(1, 10_000), st.data())
def test_more_of_the_same_is_worth_more_and_never_above_the_share(total, data):
    yes = data.draw(st.integers(1, total))
    assert wilson_lower_bound(yes, total) <= yes / total + 1e-12
    assert wilson_lower_bound(yes, total) < wilson_lower_bound(yes * 2, total * 2)
