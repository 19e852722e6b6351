"""A hasher that counts: how much work an answer costs must not depend on whom it is about."""

from tests.harness.hashers import QuickArgon2


class CountingArgon2(QuickArgon2):
    """Argon2 that counts how often a password is hashed or compared."""

    work = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).work += 1
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        type(self).work += 1
        return bool(super().verify(password, encoded))
