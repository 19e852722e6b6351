"""CBP Form 5106 records, how they are loaded, and applications of importers for an account."""

from importers.models.application import ImporterApplication
from importers.models.loading import RecordLoad
from importers.models.record import BOND_ACTIVITIES, ImporterRecord

__all__ = ["BOND_ACTIVITIES", "ImporterApplication", "ImporterRecord", "RecordLoad"]
