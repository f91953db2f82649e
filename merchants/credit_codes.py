"""The unified social credit code of a Chinese business, by GB 32100-2015."""

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
LENGTH = 18


def check_character(code: str) -> str:
    """The last character, from the 17 before it."""
    total = sum(CHARACTERS.index(character) * 3**place for place, character in enumerate(code[: LENGTH - 1]))
    return CHARACTERS[-total % 31]


def is_credit_code(code: str) -> bool:
    is_spelled = len(code) == LENGTH and all(character in CHARACTERS for character in code)
    return is_spelled and code[-1] == check_character(code)
