"""What waits for somebody's decision in the demo, beside applications."""

from demo.cast.people import BROKER, EXPORTER_OWNER, HERON_OWNER, OWNER
from demo.cast.shapes import Address, ContactChange, Dispute, Exporter, OwnerChange, Person, Restoration, Takeover

#: The company's own people cannot read the contact's mailbox, so an officer has to look.
FILING = ContactChange(
    importer_number="22-100000500",
    filer=Person("nell.farrow@teacup-comet.example", "Nell", "Farrow", "973-555-0136"),
    title="Treasurer",
    reason=(
        "Years ago our former broker, Old Wharf Brokers, put its own entry desk in as our point of contact. Nobody of "
        "our company reads that mailbox. I am the treasurer and shall be the contact from now on."
    ),
)

RESTORATION = Restoration(
    importer_number="59-100000800",
    requester=Person("ida.storm@vanished-umbrella.example", "Ida", "Storm", "813-555-0137"),
    reason="The number was never anybody else's. The letter of the IRS that gave it to us is attached.",
)

OWNER_CHANGE = OwnerChange(
    importer_number="84-100001000",
    requester=Person("bram.tully@merry-otter.example", "Bram", "Tully", "303-555-0138"),
    successor=Person("odile.ferris@merry-otter.example", "Odile", "Ferris", "303-555-0139"),
    date_of_birth="09/30/1978",
    reason="Ivo Larsen left the company before he signed in for the first time. Odile Ferris runs imports now.",
    finding="The letter names Odile Ferris, and the point of contact has confirmed it with the code.",
)

EXPORTER = Exporter(
    owner=EXPORTER_OWNER,
    date_of_birth="05/14/1986",
    company_name="FIDDLEHEAD COMPASS EXPORTS LLC",
    ein="35-1000017",
    address=Address("400 Needle Street", "Indianapolis", "IN", "46204"),
    reason="Three forwarders file for us. We want to compare what they declared with our own books.",
)

#: An EIN of the exporter's own group, which its forwarder added to the forwarder's account.
DISPUTE = Dispute(
    holder=BROKER.person,
    raised_by=EXPORTER_OWNER,
    company_name="THISTLE SEXTANT PARTS INC",
    ein="35-1000018",
    address=Address("12 Azimuth Road", "Fort Wayne", "IN", "46802"),
    text=(
        "Thistle Sextant Parts Inc is our subsidiary. Old Wharf Brokers filed for it until last year and must have "
        "added its EIN to their own account. It belongs in ours."
    ),
)

TAKEOVER = Takeover(acquirer=OWNER, acquired=HERON_OWNER, importer_number="16-100001600")

#: Numbers for a customs query, one for each result code, and one of an account.
QUERY = ("12-345678900", "22-100000500", "59-100000800", "82-100000700", "63-100000900", "98-100009900")
