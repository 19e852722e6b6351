"""Signing in, in four parts: the door, the first sign-in, getting back in, and the own profile."""
