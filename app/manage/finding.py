"""What the person of this session finds: only what stands in the branches over which they may `enter`.

What lies elsewhere is not found, as if it were not there. Pages that need `run` take `get_wave`: that right holds over
the whole tree or not at all.
"""

from __future__ import annotations

from flask_login import current_user

from app.models import Collector, Device, Wave
from app.queries.collectors import list_collectors
from app.queries.devices import get_device, list_devices
from app.queries.errors import NotFound
from app.queries.reach import Tops, get_wave_reached, within


def entered_tops() -> Tops:
    """The agencies over whose branches this person may enter; None: all."""
    return current_user.tops("enter")


def entered_wave(survey: str, wave: str) -> Wave:
    """The wave, where a link of it stands in this person's branches; else NotFound."""
    return get_wave_reached(survey, wave, entered_tops())


def entered_agencies(wave: Wave) -> frozenset[str] | None:
    """Codes of this person's agencies on the wave's tree date; None: all."""
    return within(wave, entered_tops())


def entered_collectors(wave: Wave) -> list[Collector]:
    """The links of the wave in this person's branches, by number."""
    inside = entered_agencies(wave)
    return [one for one in list_collectors(wave) if inside is None or one.agency.code in inside]


def entered_devices(wave: Wave) -> list[Device]:
    """The tablets of the wave in this person's branches, by link and name."""
    inside = entered_agencies(wave)
    return [one for one in list_devices(wave) if inside is None or one.collector.agency.code in inside]


def entered_device(wave: Wave, number: int) -> Device:
    """The tablet with this row number, where it stands in this person's branches; else NotFound."""
    device, inside = get_device(wave, number), entered_agencies(wave)
    if inside is not None and device.collector.agency.code not in inside:
        raise NotFound("device", number)
    return device
