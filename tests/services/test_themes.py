"""Themes of open comments: who marks sees no more than needed, nobody's mark is lost, few are not counted out."""

from __future__ import annotations

import pytest

from app.models import AuditEntry, CommentCoding
from app.queries.errors import NotFound
from app.scorecards import CodedComments
from app.services import fieldwork, responding, themes
from app.services.themes import Marked, ThemeRefused
from tests import factories

LABEL = {"vi": "Chờ lâu", "en": "Waiting"}

# (place, how many wrote, how many of them of waiting)
WRITTEN = (("north-1", 14, 3), ("north-2", 16, 12), ("south-1", 30, 15))


def written_wave(**settings):
    """A closed wave in which people wrote of waiting, or that it was good."""
    wave, collectors = factories.make_open_wave(*(place for place, _, _ in WRITTEN), **settings)
    sent = [
        factories.submission(
            collector,
            answers={"polite": "3", "words": "Chờ lâu quá" if k < waiting else "Rất tốt"},
        )
        for collector, (_place, wrote, waiting) in zip(collectors, WRITTEN, strict=True)
        for k in range(wrote)
    ]
    # Who wrote nothing, and who came too late, write no comment.
    sent.append(factories.submission(collectors[0], answers={"polite": "3"}))
    responding.submit_many(sent)
    fieldwork.close_wave(wave, now=factories.CLOSED)
    return wave


def code_all(wave):
    themes.add_theme(wave, "waiting", LABEL)
    themes.add_theme(wave, "praise", {"vi": "Khen", "en": "Praise"})
    shown = themes.shown_comments(wave)
    themes.mark(
        wave,
        [
            Marked(one.key, frozenset(), frozenset({"waiting" if "Chờ" in one.text else "praise"}))
            for one in shown
        ],
    )


def counted(found, code):
    return found.branches[code].counts[0]


def test_a_comment_comes_with_its_question_and_nothing_of_the_person(data):
    wave, (collector,) = factories.make_open_wave()
    told = "Anh Lan rất tốt, gọi 0912 345 678"
    responding.submit(factories.submission(collector, answers={"polite": "3", "words": told}))
    fieldwork.close_wave(wave, now=factories.CLOSED)

    (shown,) = themes.shown_comments(wave)

    assert shown.item == "words"
    assert shown.text == "Anh ▇▇▇ rất tốt, gọi ▇▇▇"
    assert {"key", "item", "text", "themes"} == set(shown.__slots__)


def test_marks_are_stored_and_counted_as_progress(data):
    wave = written_wave()
    themes.add_theme(wave, "waiting", LABEL)
    first, second, *_rest = themes.shown_comments(wave)

    concerned = themes.mark(
        wave,
        [
            Marked(first.key, frozenset(), frozenset({"waiting"})),
            Marked(second.key, frozenset(), frozenset()),
        ],
    )

    assert concerned == 1
    assert themes.progress(wave).coded == 1
    assert themes.progress(wave).comments == 60
    assert first.key not in {one.key for one in themes.shown_comments(wave, uncoded=True)}
    assert [one.themes for one in themes.shown_comments(wave, start=0, most=1)] == [{"waiting"}]


def test_two_who_mark_the_same_comment_both_have_their_say(app):
    with app.app_context():
        wave = written_wave()
        themes.add_theme(wave, "waiting", LABEL)
        themes.add_theme(wave, "praise", LABEL)
        key = themes.shown_comments(wave)[0].key
        empty = frozenset()

        themes.mark(wave, [Marked(key, empty, frozenset({"waiting"}))])
        themes.mark(wave, [Marked(key, empty, frozenset({"praise"}))])
        assert themes.shown_comments(wave)[0].themes == {"waiting", "praise"}

        themes.mark(wave, [Marked(key, frozenset({"waiting"}), empty)])
        assert themes.shown_comments(wave)[0].themes == {"praise"}


def test_counts_add_up_over_the_tree(app):
    with app.app_context():
        wave = written_wave(threshold=1)
        code_all(wave)

        found = themes.coded(wave)

    assert (found.branches[None].comments, found.branches[None].coded) == (60, 60)
    assert counted(found, None) == 30
    assert counted(found, "north") == 15
    assert [counted(found, code) for code in ("north-1", "north-2", "south-1")] == [3, 12, 15]


def test_a_few_are_not_counted_nor_found_by_subtraction(app):
    with app.app_context():
        wave = written_wave()
        code_all(wave)

        found = themes.coded(wave)

    # 3 in north-1 are few; 15 in the province less 12 beside them would give them away.
    assert counted(found, "north-1") is None
    assert counted(found, "north-2") is None
    assert counted(found, "north") == 15
    assert counted(found, "south-1") == 15
    assert found.branches["north-1"].comments == 14


def test_a_branch_that_a_release_does_not_show_tells_nothing(app):
    with app.app_context():
        wave = written_wave()
        code_all(wave)

        found = themes.coded(wave, unshown={"north-1"})

    assert found.branches["north-1"].comments is None
    assert set(found.branches["north-1"].counts) == {None}


def test_the_same_marks_have_the_same_hash_and_come_back_from_json(app):
    with app.app_context():
        wave = written_wave()
        code_all(wave)
        found, again = themes.coded(wave), themes.coded(wave)
        themes.name_theme(wave, "praise", {"vi": "Khen ngợi", "en": "Praise"})
        renamed = themes.coded(wave)

    assert found.sha256() == again.sha256() != renamed.sha256()
    assert CodedComments.of_document(found.document()) == found


def test_without_themes_there_is_nothing_to_count(app):
    with app.app_context():
        wave = written_wave()

        assert themes.coded(wave) is None


def test_a_theme_that_goes_takes_its_marks_along(data):
    from app.extensions import db

    wave = written_wave()
    code_all(wave)

    assert themes.remove_theme(wave, "praise") == 30
    assert themes.progress(wave).coded == 30
    assert db.session.query(CommentCoding).count() == 30
    with pytest.raises(NotFound):
        themes.remove_theme(wave, "praise")


@pytest.mark.parametrize(
    ("code", "label", "said"),
    [
        ("Chờ", LABEL, "Write the code in small letters"),
        ("", LABEL, "Write the code in small letters"),
        ("x" * 41, LABEL, "Write the code in small letters"),
        ("waiting", {"vi": "Chờ", "en": " "}, "in both languages"),
        ("waiting", {"vi": "Chờ", "en": "x" * 81}, "in both languages"),
        ("taken", LABEL, "already"),
    ],
)
def test_a_wrong_theme_is_refused_in_one_sentence(app, code, label, said):
    with app.app_context():
        wave, _collectors = factories.make_open_wave()
        fieldwork.close_wave(wave, now=factories.CLOSED)
        themes.add_theme(wave, "taken", LABEL)

        with pytest.raises(ThemeRefused, match=said):
            themes.add_theme(wave, code, label)


def test_an_open_wave_is_not_coded(app):
    with app.app_context():
        wave, _collectors = factories.make_open_wave()

        with pytest.raises(ThemeRefused, match="closed"):
            themes.add_theme(wave, "waiting", LABEL)


def test_an_unknown_theme_stores_nothing(app):
    with app.app_context():
        wave = written_wave()
        themes.add_theme(wave, "waiting", LABEL)
        one, two = themes.shown_comments(wave)[:2]

        with pytest.raises(ThemeRefused, match="no theme with the code other"):
            themes.mark(
                wave,
                [
                    Marked(one.key, frozenset(), frozenset({"waiting"})),
                    Marked(two.key, frozenset(), frozenset({"other"})),
                ],
            )
        assert themes.progress(wave).coded == 0


def test_what_was_done_stands_in_the_audit_but_no_comment_does(app):
    from app.extensions import db

    with app.app_context():
        wave = written_wave()
        code_all(wave)
        lines = [(one.action, one.facts) for one in db.session.query(AuditEntry).order_by(AuditEntry.number)]

    assert [action for action, _ in lines[-3:]] == ["theme.added", "theme.added", "comments.coded"]
    assert lines[-1][1] == '{"comments":60}'


def test_on_the_promised_day_the_marks_go_with_the_comments(data):
    from datetime import date

    from app.extensions import db
    from app.services.staff import retention

    wave = written_wave()
    code_all(wave)
    wave.retain_until = date(2026, 6, 30)
    db.session.commit()

    retention.run(date(2026, 7, 1))

    assert db.session.query(CommentCoding).count() == 0
    assert themes.progress(wave).comments == 0
    assert themes.coded(wave) is None
