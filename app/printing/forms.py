"""Questionnaires on paper."""

from __future__ import annotations

from datetime import date

from app.printing.records import PaperForm
from app.printing.typesetting import set_pdf, set_png


def form_pdf(form: PaperForm, made_on: date) -> bytes:
    """The form, a copy per printed number. Raises PrintingUnavailable."""
    return set_pdf("form", made_on, form=form)


def form_png(form: PaperForm, made_on: date) -> list[bytes]:
    """The same as pictures."""
    return set_png("form", made_on, form=form)
