"""Three parts: the application, the EIN sub-account, the authorization for reports."""

from exporters.actions.application import nudge, process, process_again, process_waiting, submit
from exporters.actions.sub_account import (
    EinIsElsewhere,
    EinIsHere,
    ExporterFacts,
    check_ein,
    create_exporter,
    discard_draft,
    dispute_ein,
    forget_drafts,
    keep_step,
    open_exporter,
    resolve_dispute,
    start_draft,
)

__all__ = [
    "EinIsElsewhere",
    "EinIsHere",
    "ExporterFacts",
    "check_ein",
    "create_exporter",
    "discard_draft",
    "dispute_ein",
    "forget_drafts",
    "keep_step",
    "nudge",
    "open_exporter",
    "process",
    "process_again",
    "process_waiting",
    "resolve_dispute",
    "start_draft",
    "submit",
]
