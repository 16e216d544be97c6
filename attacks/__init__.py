"""Attacks on what the platform publishes or keeps: programs that try to learn what they must not."""
