"""Who owns an account: questions about it, proposals of its owner, requests to replace an owner who is gone."""

from ownership.models.change import OwnerChange
from ownership.models.lookup import OwnerLookup
from ownership.models.proposal import Becomes, OwnerProposal

__all__ = ["Becomes", "OwnerChange", "OwnerLookup", "OwnerProposal"]
