from tests.live import own_queue

__all__ = ["own_queue"]
