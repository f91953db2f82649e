"""The number of a Chinese identity card, by GB 11643-1999."""

import re

WEIGHTS = [2**place % 11 for place in range(17, 0, -1)]


def is_identity_number(number: str) -> bool:
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return number[-1] == "10X98765432"[total % 11]
