"""Names of the files that belong to a domain."""

from __future__ import annotations

import pytest

from app.services.assembly.stems import file_stem, file_stems


@pytest.mark.parametrize(
    ("by", "domain", "stem"),
    [
        (None, None, "whole"),
        ("province", "31", "province-31"),
        ("province", "01", "province-01"),
        ("council_district", "1", "council-district-1"),
        ("Tỉnh", "Đà Nẵng", "tinh-da-nang"),
        ("tỉnh", "Thừa Thiên – Huế", "tinh-thua-thien-hue"),
        ("province*sex", "31|f", "province-sex-31-f"),
        ("agency", "31.a#own", "agency-31-a-own"),
        ("agency", "../../etc/passwd", "agency-etc-passwd"),
        ("省", "北京", "domain"),
    ],
)
def test_a_stem_is_lower_case_ascii_with_dashes(by, domain, stem):
    assert file_stem(by, domain) == stem


def test_a_long_name_is_cut():
    assert len(file_stem("agency", "Sở " * 200)) <= 100
    assert not file_stem("agency", "Sở " * 200).endswith("-")


def test_domains_that_would_share_a_stem_are_numbered_in_their_order():
    domains = [(None, None), ("x", "Đà Nẵng"), ("x", "Da Nang"), ("x", "da-nang-2"), ("x", "DA NANG")]
    assert list(file_stems(domains).values()) == [
        "whole",
        "x-da-nang",
        "x-da-nang-2",
        "x-da-nang-2-2",
        "x-da-nang-3",
    ]


def test_the_whole_keeps_its_name_whatever_the_domains_are_called():
    stems = file_stems([(None, None), ("whole", "")])
    assert stems[None, None] == "whole"
    assert len(set(stems.values())) == 2
