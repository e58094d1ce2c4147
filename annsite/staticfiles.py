"""Static files with hashed names, including the ones that JavaScript modules import."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrite `import` paths in ES modules, so that a page never mixes two deployments."""

    support_js_module_import_aggregation = True
