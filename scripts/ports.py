"""Is a port of this machine free? Asked before anything slow is done."""

import errno
import socket

WAYS_IN = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))


def port_number(text: str) -> int:
    """Read a port from what somebody typed (1 to 65535); anything else stops the program with a sentence."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SystemExit(f"PORT must be a number from 1 to 65535, and it is {text!r}.")
    return int(text)


def refuse_busy(port: int) -> None:
    """Stop the program with a sentence when something already answers on `port`, or when it may not be used."""
    if any(_answers(address, family, port) for address, family in WAYS_IN):
        raise SystemExit(_busy(port))
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SystemExit(_busy(port)) from None
            raise SystemExit(
                f"Port {port} cannot be used here ({error.strerror}): choose another, as in `make demo PORT=8000`."
            ) from None


def _answers(address: str, family: int, port: int) -> bool:
    """Connect to a port: on some systems a taken one can be bound a second time, so binding alone proves little."""
    try:
        with socket.socket(family) as probe:
            probe.settimeout(1)
            return probe.connect_ex((address, port)) == 0
    except OSError:
        return False


def _busy(port: int) -> str:
    other = port + 1 if port < 65535 else port - 1
    return f"Port {port} is already in use: stop what runs there, or choose another, as in `make demo PORT={other}`."
