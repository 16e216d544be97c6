"""The API as programs use it: with keys, in JSON, within the branches of the key's owner."""
