"""Devices: the tablets of a wave, and the one that speaks."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import Collector, Device, Wave
from app.queries.errors import NotFound


def list_devices(wave: Wave) -> list[Device]:
    """The devices of a wave by link and name, with collector and agency at hand."""
    return list(
        db.session.scalars(
            select(Device)
            .join(Device.collector)
            .where(Collector.wave_id == wave.id)
            .options(contains_eager(Device.collector).joinedload(Collector.agency))
            .order_by(Collector.number, Device.name, Device.id)
        )
    )


def list_devices_of(collector: Collector) -> list[Device]:
    """The devices of one link, by name."""
    return list(
        db.session.scalars(
            select(Device).where(Device.collector_id == collector.id).order_by(Device.name, Device.id)
        )
    )


def get_device(wave: Wave, number: int) -> Device:
    """The device of this wave with this row number, or NotFound."""
    device = db.session.scalar(
        select(Device).join(Device.collector).where(Collector.wave_id == wave.id, Device.id == number)
    )
    if device is None:
        raise NotFound("device", number)
    return device


def find_device_by_token_hash(token_hash: str) -> Device | None:
    """The device that holds the token with this hash, with its link and wave at hand."""
    return db.session.scalar(
        select(Device)
        .where(Device.token_hash == token_hash)
        .options(joinedload(Device.collector).joinedload(Collector.wave))
    )


def find_phone_link(wave_id: int, agency_id: int, label: str) -> Collector | None:
    """An open link for people's own phones at the same place: that of the desk `label`, else the first."""
    links = db.session.scalars(
        select(Collector)
        .where(
            Collector.wave_id == wave_id,
            Collector.agency_id == agency_id,
            Collector.mode == "qr",
            Collector.state == "open",
        )
        .order_by(Collector.number)
    ).all()
    return next((one for one in links if one.label == label), links[0] if links else None)
