"""How much a share of yes among few answers is worth."""

from math import sqrt

Z = 1.96  # 95 %


def wilson_lower_bound(yes: int, total: int) -> float:
    """The lower end of the Wilson score interval of yes / total: 0 without answers, never above the share itself."""
    if total == 0:
        return 0.0
    share, z2 = yes / total, Z * Z
    centre = share + z2 / (2 * total)
    spread = Z * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    return max(0.0, (centre - spread) / (1 + z2 / total))
