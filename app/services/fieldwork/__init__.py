"""Fieldwork: register an instrument, plan a wave with its links, open it, close it."""

from app.services.fieldwork.collectors import (
    LINK_ALPHABET,
    LINK_LENGTH,
    CollectorRow,
    add_collectors,
    change_collector,
    revoke_collector,
)
from app.services.fieldwork.instruments import register_instrument
from app.services.fieldwork.refusals import (
    CodeTaken,
    CollectorsRefused,
    InstrumentChanged,
    ItemCodeReserved,
    NotReady,
    SettingsRefused,
    WrongState,
)
from app.services.fieldwork.surveys import create_survey
from app.services.fieldwork.wave_faults import LEAST_ANONYMOUS
from app.services.fieldwork.waves import (
    LATE_AFTER_CLOSE,
    change_wave,
    close_wave,
    create_wave,
    open_wave,
    switch_instrument,
    why_not_open,
)

__all__ = [
    "LATE_AFTER_CLOSE",
    "LEAST_ANONYMOUS",
    "LINK_ALPHABET",
    "LINK_LENGTH",
    "CodeTaken",
    "CollectorRow",
    "CollectorsRefused",
    "InstrumentChanged",
    "ItemCodeReserved",
    "NotReady",
    "SettingsRefused",
    "WrongState",
    "add_collectors",
    "change_collector",
    "change_wave",
    "close_wave",
    "create_survey",
    "create_wave",
    "open_wave",
    "register_instrument",
    "revoke_collector",
    "switch_instrument",
    "why_not_open",
]
