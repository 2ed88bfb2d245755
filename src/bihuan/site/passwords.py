"""How passwords are kept: Argon2id, at the strength that OWASP's Password Storage Cheat Sheet asks."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """19 MiB a sign-in, so that a whole desk can sign in at nine on a small machine."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
