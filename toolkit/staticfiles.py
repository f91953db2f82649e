from whitenoise.storage import CompressedManifestStaticFilesStorage


class BundledStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, contents left alone: Django's rewriting of CSS corrupts SVG data URIs."""

    patterns = ()
