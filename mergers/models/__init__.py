"""Mergers of accounts: who takes over what from whom, and how it went."""

from mergers.models.merger import Merger, MergerPart

__all__ = ["Merger", "MergerPart"]
