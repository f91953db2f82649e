from evidence.actions.captures import keep_picture, keep_recording
from evidence.actions.shown import Caption, open_shown
from evidence.actions.uploads import PIECE_BYTES, begin_upload, drop_abandoned_uploads, receive_chunk
from evidence.chain import seal_captures

__all__ = [
    "PIECE_BYTES",
    "Caption",
    "begin_upload",
    "drop_abandoned_uploads",
    "keep_picture",
    "keep_recording",
    "open_shown",
    "receive_chunk",
    "seal_captures",
]
