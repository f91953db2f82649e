from evidence.actions.captures import keep_picture, keep_recording
from evidence.actions.uploads import PIECE_BYTES, begin_upload, drop_abandoned_uploads, receive_chunk

__all__ = ["PIECE_BYTES", "begin_upload", "drop_abandoned_uploads", "keep_picture", "keep_recording", "receive_chunk"]
