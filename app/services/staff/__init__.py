"""Staff surveys that nobody can trace: invitations, blind signatures, the pool of answers, and its draining.

The road of one answer: an invitation is redeemed for a blind signature (`redeeming`), the browser unblinds it
into a credential, the answer comes with the credential (`answering`) and waits in a pool on disk whose places
say nothing of order (`pool`), until the wave is frozen and all answers are written at once, shuffled, without
whatever would make one of them rare (`draining`). Why so: docs/decisions/0008-unlinkable-staff-answers.md.
"""
