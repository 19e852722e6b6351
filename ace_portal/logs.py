"""Structured logs: one line an event, with the request id; JSON for machines, coloured text for a terminal."""

import re
from typing import Any

import structlog

#: The random part of a link (draft, status page, picture). Whoever has it may open the page, so no log may have it.
LINK_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_=-]{22,}(?=/|$|\s|\?|')")


def hide_link_tokens(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """structlog processor: no log line carries the random part of a link."""
    for key, value in event.items():
        if key == "request" or (isinstance(value, str) and "/" in value):
            event[key] = LINK_TOKEN.sub("…", str(value))
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
]


def logging_config(*, level: str, json: bool) -> dict[str, Any]:
    """Configure structlog and return the `LOGGING` dictionary.

    `level` is a level name of the standard library ("INFO"); `json` chooses JSON lines over readable text.
    """
    chain: list[Any] = [
        structlog.stdlib.filter_by_level,
        *SHARED_PROCESSORS,
        hide_link_tokens,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]
    structlog.configure(
        processors=chain,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    hide_link_tokens,
                    renderer,
                ],
            }
        },
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["terminal"], "level": level},
        "loggers": {"kombu": {"level": "WARNING"}, "amqp": {"level": "WARNING"}},
    }
