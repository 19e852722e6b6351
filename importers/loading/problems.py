"""What keeps a file from being loaded."""


class BadFile(Exception):
    """The file cannot be loaded; the text is one sentence or two that say why and what to do."""
