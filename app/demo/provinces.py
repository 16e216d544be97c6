"""The 34 provinces since 1 July 2025, and three invented service places under each.

Names: the merger list of DOMAIN (two-level government since 1 July 2025). The codes are those of the official
list as we remember it and are not verified: a real office imports its own list.
"""

from __future__ import annotations

from datetime import date

from app.services.agencies import AgencyRow

SINCE = date(2025, 7, 1)

PROVINCES = (
    ("01", "Hà Nội"),
    ("04", "Cao Bằng"),
    ("08", "Tuyên Quang"),
    ("11", "Điện Biên"),
    ("12", "Lai Châu"),
    ("14", "Sơn La"),
    ("15", "Lào Cai"),
    ("19", "Thái Nguyên"),
    ("20", "Lạng Sơn"),
    ("22", "Quảng Ninh"),
    ("24", "Bắc Ninh"),
    ("25", "Phú Thọ"),
    ("31", "Hải Phòng"),
    ("33", "Hưng Yên"),
    ("37", "Ninh Bình"),
    ("38", "Thanh Hóa"),
    ("40", "Nghệ An"),
    ("42", "Hà Tĩnh"),
    ("44", "Quảng Trị"),
    ("46", "Huế"),
    ("48", "Đà Nẵng"),
    ("51", "Quảng Ngãi"),
    ("52", "Gia Lai"),
    ("56", "Khánh Hòa"),
    ("66", "Đắk Lắk"),
    ("68", "Lâm Đồng"),
    ("75", "Đồng Nai"),
    ("79", "Thành phố Hồ Chí Minh"),
    ("80", "Tây Ninh"),
    ("82", "Đồng Tháp"),
    ("86", "Vĩnh Long"),
    ("91", "An Giang"),
    ("92", "Cần Thơ"),
    ("96", "Cà Mau"),
)

# Suffix of the code, kind, name in Vietnamese and English: invented places, and named so that it shows.
PLACES = (
    (
        "c",
        "service_centre",
        "Trung tâm Phục vụ hành chính công (mô phỏng)",
        "Public service centre (simulated)",
    ),
    ("w", "ward", "Phường A (mô phỏng)", "Ward A (simulated)"),
    ("x", "commune", "Xã B (mô phỏng)", "Commune B (simulated)"),
)


def agencies() -> list[AgencyRow]:
    """Provinces with their places below them, provinces first."""
    provinces = [AgencyRow(code, "province", {"vi": name, "en": name}, SINCE) for code, name in PROVINCES]
    places = [
        AgencyRow(
            f"{code}-{suffix}", kind, {"vi": f"{vi}, {name}", "en": f"{en}, {name}"}, SINCE, parent=code
        )
        for code, name in PROVINCES
        for suffix, kind, vi, en in PLACES
    ]
    return provinces + places


def places() -> list[str]:
    """Codes of the places where people are served."""
    return [f"{code}-{suffix}" for code, _ in PROVINCES for suffix, *_ in PLACES]
