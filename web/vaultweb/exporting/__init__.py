"""Pictures on their way out: as one stream of a zip file, or into a folder that the configuration names."""
