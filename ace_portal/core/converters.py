"""Path converters of the URLconfs."""

from django.urls import register_converter


class LinkToken:
    """The random part of a link: 22 URL-safe characters. Anything else is a wrong address."""

    regex = "[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LinkToken, "token")
