"""Static files with hashed names, including the ones that JavaScript modules import."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrite `import` paths in ES modules, so that a page never mixes two deployments.

    The files under their plain names stay, for people who look for them, but are not compressed: no page
    asks for them, and compressing takes most of the time of a first start.
    """

    support_js_module_import_aggregation = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress what is served under a hashed name."""
        hashed = set(self.hashed_files.values())
        return super().compress_files([path for path in paths if path in hashed])  # type: ignore[no-any-return]
