"""Addresses in the form of the U.S. Postal Service: capitals, its abbreviations, no punctuation."""

import logging
from dataclasses import replace

from ace_portal.core.addresses import CITY_MAX_LENGTH, STREET_MAX_LENGTH, US_TERRITORIES, Address


def standardized(address: Address) -> Address:
    """A checked U.S. address in the Postal Service's form; any other, or one that cannot be told apart, as it is.

    The library reads streets with number, name and unit; P.O. boxes and rural routes it leaves to the writer. Its
    reading is a suggestion: whoever knows better keeps what was typed (facts-access §1.4).
    """
    if address.country != "US" and address.country not in US_TERRITORIES:
        return address
    # Half a second of models, which only those pay who standardize.
    from scourgify import normalize_address_record
    from scourgify.exceptions import AddressNormalizationError

    state = address.state or address.country
    try:
        found = normalize_address_record(
            {
                "address_line_1": address.street,
                "address_line_2": None,
                "city": address.city,
                "state": state,
                "postal_code": address.postal_code,
            }
        )
    except AddressNormalizationError:
        return address
    except Exception as error:  # the library's parser fails in ways of its own on unusual lines
        logging.getLogger(__name__).info("address not standardized: %s", type(error).__name__)
        return address
    street = " ".join(part for part in (found["address_line_1"], found["address_line_2"]) if part)
    city = found["city"] or address.city
    if not street or len(street) > STREET_MAX_LENGTH or len(city) > CITY_MAX_LENGTH:
        return address
    return replace(address, street=street, city=city)
