"""The suite talks to this machine only: any other connection or name look-up fails the test that tries it."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

LOCAL_NAMES = {"localhost", "testserver", ""}


class NetworkForbidden(AssertionError):
    """A test tried to reach something that is not on this machine."""


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES or name.lower() == socket.gethostname().lower():
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(what: str) -> None:
    raise NetworkForbidden(
        f"{what}: tests may reach 127.0.0.1, ::1 and unix sockets only. Use the fixtures `postman` (mail), `worker` "
        "(tasks) or `live_server` (pages)."
    )


def _connecting(real: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any, *rest: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_local(address[0]):
            _refuse(f"a connection to {address!r}")
        return real(self, address, *rest)

    return guarded


def _looking_up(real: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *rest: Any, **options: Any) -> Any:
        if not _is_local(host):
            _refuse(f"a look-up of {host!r}")
        return real(host, *rest, **options)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Any:
    """Guard the sockets of this process for the whole session."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _connecting(getattr(socket.socket, name)))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyaddr"):
            patch.setattr(socket, name, _looking_up(getattr(socket, name)))
        patch.setattr(socket, "getfqdn", lambda name="": name or "localhost")
        yield
