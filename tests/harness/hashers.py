"""Argon2 as in production, at the lowest cost: what is proven stays the same, the suite gets faster."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The same algorithm and format; one pass over as little memory as Argon2 takes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
