"""What other rooms ask, by config/followers.py."""

from assets.models import Terminal
from monitoring.lifecycle import Kind
from monitoring.models import Alert


def is_tampered(terminal: Terminal) -> bool:
    """It said so, and nobody has looked at it since."""
    return Alert.objects.uncleared().filter(terminal=terminal, kind=Kind.TAMPER).exists()
