import pytest

from merchants.credit_codes import CHARACTERS, is_credit_code

REAL = ["91330100799655058B", "91350100M000100Y43", "91440300708461136T"]  # the second: the standard's own example


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_is_one(code):
    assert is_credit_code(code)


@pytest.mark.parametrize("code", REAL)
def test_no_other_last_character_fits(code):
    assert [last for last in CHARACTERS if is_credit_code(code[:-1] + last)] == [code[-1]]


@pytest.mark.parametrize(
    "code", ["", "91330100799655058", "91330100799655058B0", "I1330100799655058B", "91330100799655058b"]
)
def test_what_is_no_code_is_none(code):
    assert not is_credit_code(code)


def test_two_neighbours_changed_over_are_noticed():
    code = REAL[0]
    swapped = {code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(17)} - {code}
    assert not any(map(is_credit_code, swapped))
