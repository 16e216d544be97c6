"""The demonstration: a simulated wave whose truth is known, carried through the whole house."""
