"""What there is to play at once, beside applying: for the demo's page."""

from demo.cast.people import ANALYST, BROKER, EXPORTER_OWNER, HERON_OWNER, OFFICERS, OWNER
from demo.cast.shapes import Turn
from demo.cast.waiting import DISPUTE, QUERY

ROSA, MILO = OFFICERS

AT_THE_DESKS = (
    Turn(
        "filing",
        "Form 5106: a new contact for Teacup Comet Trading",
        "Nell Farrow of the company filed it without a code: nobody there reads the mailbox on file.",
        (ROSA,),
        "Accept it. Then apply for the company: the code goes to Nell Farrow.",
    ),
    Turn(
        "restoration",
        "Un-void request: Vanished Umbrella",
        "Ida Storm sent a letter of the IRS as proof of the number.",
        (ROSA,),
        "Open the proof and restore the record. Then apply for the company: it works.",
    ),
    Turn(
        "owner-change",
        "Another owner for Merry Otter Kayaks",
        "The owner has left. The point of contact confirmed the request, and Milo has prepared it.",
        (ROSA,),
        "Approve it as Rosa; Milo cannot. After three days on the clock, Odile Ferris has mail and the account.",
    ),
    Turn(
        "merger",
        "Merger: Brass Pelican takes over Clockwork Heron",
        "Both owners want it. It takes two officers.",
        (ROSA, MILO),
        "Prepare it as Rosa, approve it as Milo. Grace’s account then has two importers, Silas’s can only be read.",
    ),
    Turn(
        "dispute",
        "EIN dispute of Fiddlehead Compass Exports",
        "Its subsidiary’s EIN is in the account of a forwarder, Old Wharf Brokers.",
        (ROSA,),
        "See who holds the number, then close it with a note, which Dara is mailed.",
    ),
    Turn(
        "authorization",
        "Report authorization for Fiddlehead Compass Exports",
        "Letter and certification are attached. CBP’s officers see nothing of it.",
        (ANALYST,),
        "Read both documents, approve or deny. Then look at the EIN as Dara.",
    ),
)

IN_THE_ACCOUNTS = (
    Turn(
        "query",
        "Customs query",
        "All result codes, 0 to 4.",
        (OWNER, BROKER.person),
        "Ask for these six numbers at once:",
        numbers=QUERY,
    ),
    Turn(
        "merger-owners",
        "The merger, as its owners see it",
        "What moves, and who loses access. Until CBP decides, both can take it back.",
        (HERON_OWNER, OWNER),
        "Download the records as Silas. Take the consent back, and the desk has nothing to decide any more.",
    ),
    Turn(
        "exporter",
        "An exporter’s EIN",
        "The tab Authorization for Reports shows what Census answers.",
        (EXPORTER_OWNER,),
        "Add an EIN with Create Exporter. Of this one it says that another account has it:",
        numbers=(DISPUTE.ein,),
    ),
)
