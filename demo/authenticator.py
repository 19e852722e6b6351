"""What an officer would read on a telephone: the current code of an enrolled authenticator."""

from dataclasses import dataclass

from verification.models import AuthenticatorDevice

PERIOD = 30


@dataclass(frozen=True)
class Reading:
    """A six-digit code, how many seconds (1 to 30) it will still be shown, and whether it was used already."""

    code: str
    seconds_left: int
    used: bool


def read(device: AuthenticatorDevice) -> Reading:
    """The code the device shows now. It goes by the machine's time: rehearsals do not move authenticators."""
    generator = device.totp()
    return Reading(
        code=f"{generator.token():06d}",
        seconds_left=PERIOD - int(generator.time) % PERIOD,
        used=device.last_t >= generator.t(),
    )
