"""Scorecards to write workbooks from, with the texts and the troubles of real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app.figures import mark_facts, show_date
from app.scorecards import Cell, Column, Fact, Figure, Name, Scorecard, Table

# Texts by language, in pairs that say the same: (Vietnamese, English).
_INDEX = ("sipas", "Chỉ số hài lòng chung (SIPAS)", "Overall satisfaction index (SIPAS)")
_NODES = (
    ("sipas.policy", "Xây dựng và thực hiện chính sách công", "Making and carrying out public policy"),
    ("sipas.services", "Cung ứng dịch vụ hành chính công", "Public administrative services"),
    ("sipas.services.access", "Tiếp cận dịch vụ", "Access to services"),
    ("sipas.services.procedure", "Thủ tục hành chính", "Administrative procedures"),
    (
        "sipas.services.officials",
        "Công chức trực tiếp giải quyết công việc",
        "Officials who handle the request",
    ),
    ("sipas.services.result", "Kết quả dịch vụ", "Results of the service"),
    ("sipas.services.feedback", "Tiếp nhận, xử lý phản ánh, kiến nghị", "Receiving and handling feedback"),
)
_ITEMS = (
    ("Nơi ngồi chờ tại bộ phận Một cửa có đủ chỗ ngồi", "There are enough seats at the one-stop shop"),
    (
        "Trang thiết bị phục vụ người dân, tổ chức hiện đại, đầy đủ và dễ sử dụng, kể cả với người cao tuổi",
        "The equipment for citizens is modern, complete and easy to use, also for elderly people",
    ),
    (
        "Quy định về thủ tục hành chính được niêm yết công khai, đầy đủ",
        "The rules are on display and complete",
    ),
    (
        "Thành phần hồ sơ mà người dân phải nộp là đúng quy định",
        "Only the papers that the rules name are asked",
    ),
    ("Phí, lệ phí mà người dân phải nộp là đúng quy định", "The fees are those that the rules set"),
    ("Công chức có thái độ giao tiếp lịch sự, tôn trọng", "Officials are polite and respectful"),
    ("Công chức chú ý lắng nghe, trả lời đầy đủ các ý kiến", "Officials listen and answer every question"),
    ("Kết quả được trả đúng hẹn, thông tin đầy đủ và chính xác", "Results come on time, complete and right"),
    (
        "Cơ quan thông báo kịp thời kết quả xử lý phản ánh, kiến nghị",
        "People are told what became of feedback",
    ),
)
_OPTIONS = (
    ("Rất không hài lòng", "Very dissatisfied"),
    ("Không hài lòng", "Dissatisfied"),
    ("Bình thường", "Neither"),
    ("Hài lòng", "Satisfied"),
    ("Rất hài lòng", "Very satisfied"),
    ("Không áp dụng", "Does not apply"),
    ("Không trả lời", "No answer"),
)
_METHOD = (
    (
        ("Đối tượng", "Người dân từ 18 tuổi trở lên đã giải quyết thủ tục hành chính trong kỳ khảo sát."),
        ("Population", "Citizens aged 18 and over who completed a procedure during the wave."),
    ),
    (
        (
            "Quy tắc tính điểm",
            "Tỷ lệ phần trăm người trả lời chọn mức 4 hoặc 5 trên thang 5 mức; chỉ số là tỷ số gộp của mọi câu "
            "trả lời hợp lệ, có trọng số mẫu. Các câu trả lời “Không áp dụng” và bỏ trống không nằm trong mẫu số.",
        ),
        (
            "Scoring rule",
            "The share of people who chose 4 or 5 on the five-step scale; the index is the ratio of all satisfied "
            "to all valid answers, weighted. “Does not apply” and blank answers are outside the base.",
        ),
    ),
    (
        ("Khoảng tin cậy", "95 %, theo thiết kế mẫu; phương pháp của từng khoảng nằm ở cột Phương pháp."),
        ("Interval", "95 %, from the sample design; the method of each stands in the column Method."),
    ),
    (
        ("Câu chữ", "Câu hỏi do đơn vị khảo sát diễn đạt; không phải mẫu phiếu chính thức."),
        ("Wording", "The sentences are the survey office's own; this is not the official form."),
    ),
)

SUPPRESSED = Figure(None, "c")
NOT_AVAILABLE = Figure(None, "x")


def card(language: str = "vi", *, items: int = 9, troubles: bool = True, **changes: object) -> Scorecard:
    """A whole scorecard of one province with five tables.

    `items` is the number of rows of the item table. With `troubles` some rows are suppressed, undefined or
    not estimable. `changes` replace fields of the card.
    """
    label = "Hải Phòng"
    tables = (
        summary_table(language, troubles),
        items_table(language, items, troubles),
        quality_table(language),
        method_table(language),
        manifest_table(language),
    )
    made = Scorecard(
        language=language,
        by="province",
        domain="31",
        label=label,
        title=_say(
            language,
            f"{label}: mức độ hài lòng của người dân năm 2026",
            f"{label}: satisfaction of citizens in 2026",
        ),
        summary=_say(
            language,
            "83,94 % câu trả lời là hài lòng hoặc rất hài lòng (khoảng tin cậy 95 %: từ 81,20 đến 86,31; "
            "1.074 phiếu).",
            "83.94 % of the answers are satisfied or very satisfied (95 % interval: 81.20 to 86.31; "
            "1,074 responses).",
        ),
        organisation=_say(language, "Sở Nội vụ thành phố Hải Phòng", "Department of Home Affairs, Hải Phòng"),
        keywords=("SIPAS", "hài lòng", "Hải Phòng"),
        published=date(2026, 11, 20),
        file_stem="sipas-2026-hai-phong",
        cover=(
            Fact(
                _say(language, "Cơ quan công bố", "Published by"),
                _say(language, "Sở Nội vụ thành phố Hải Phòng", "Department of Home Affairs, Hải Phòng"),
            ),
            Fact(_say(language, "Ngày công bố", "Publication date"), show_date(date(2026, 11, 20), language)),
            Fact(_say(language, "Phương pháp", "Method"), "Quyết định 1001/QĐ-BNV ngày 11/12/2023"),
            Fact(
                _say(language, "Kỳ khảo sát", "Wave"),
                _say(language, "Quý III năm 2026", "July to September 2026"),
            ),
            Fact(_say(language, "Liên hệ", "Contact"), "cchc@haiphong.example"),
            Fact(
                _say(language, "Lần công bố tiếp theo", "Next update"),
                _say(language, "Quý I năm 2027", "March 2027"),
            ),
            Fact(_say(language, "Phiên bản", "Version"), "1"),
        ),
        notes=(
            _say(
                language,
                "Số phiếu là số người có ít nhất một câu trả lời hợp lệ cho nội dung đó.",
                "Responses are the people with at least one valid answer to the subject.",
            ),
            _say(
                language,
                "Chênh lệch giữa các năm được tính từ số liệu chưa làm tròn.",
                "Differences are taken from unrounded figures.",
            ),
        ),
        marks=mark_facts("cx", language) if troubles else (),
        rows=(),
        tables=tables,
    )
    return replace(made, **changes)


def summary_table(language: str = "vi", troubles: bool = True) -> Table:
    """The overall index and its factors: n, value, bounds, error, method, remark."""
    nodes = (_INDEX, *_NODES)
    columns = (
        _column("node_label", "text", language, "Nội dung", "Subject"),
        _column("node", "text", language, "Mã", "Code"),
        _column("n", "count", language, "Số phiếu", "Responses", note=1),
        _column("value", "percent", language, "Hài lòng (%)", "Satisfied (%)"),
        _column("low", "percent", language, "Cận dưới (%)", "Lower bound (%)"),
        _column("high", "percent", language, "Cận trên (%)", "Upper bound (%)"),
        _column("std_error", "percent", language, "Sai số chuẩn (điểm %)", "Standard error (% points)"),
        _column("deff", "number", language, "Hệ số thiết kế", "Design effect"),
        _column("interval", "text", language, "Phương pháp", "Method"),
        _column("remark", "text", language, "Ghi chú thêm", "Remark"),
    )
    rows = []
    for place, (code, vietnamese, english) in enumerate(nodes):
        value = 83.935 - 1.7 * place
        figures: Sequence[Figure] = [
            Figure(1074 - 3 * place),
            _published(value),
            _published(value - 2.7351),
            _published(value + 2.3749),
            Figure(1.30279123456),
            _published(2.504 + place / 10),
        ]
        method, remark = _say(language, "t, bậc tự do 28", "t, 28 degrees of freedom"), ""
        if troubles and place == len(nodes) - 1:
            figures = [SUPPRESSED] * 6
            method, remark = (
                _say(language, "không", "none"),
                _say(language, "ít hơn 10 người", "fewer than 10 people"),
            )
        elif troubles and place == len(nodes) - 2:
            figures = [Figure(31), _published(value), *[NOT_AVAILABLE] * 4]
            remark = _say(language, "mẫu chỉ có một cụm", "the sample is a single cluster")
        rows.append((_say(language, vietnamese, english), code, *figures, method, remark))
    return Table(
        code="summary",
        tab=_say(language, "Tổng hợp", "Summary"),
        title=_say(
            language,
            "Hải Phòng: chỉ số hài lòng chung và theo yếu tố, năm 2026",
            "Hải Phòng: satisfaction overall and by factor, 2026",
        ),
        subtitle=_say(
            language,
            "Tỷ lệ phần trăm câu trả lời hài lòng hoặc rất hài lòng, có trọng số; khoảng tin cậy 95 %",
            "Per cent of answers satisfied or very satisfied, weighted; 95 % confidence intervals",
        ),
        source=_say(
            language,
            "khảo sát SIPAS, quý III năm 2026",
            "SIPAS survey, third quarter of 2026",
        ),
        columns=columns,
        rows=tuple(rows),
        remarks=(
            _say(
                language,
                "Số liệu chỉ được làm tròn khi hiển thị; chênh lệch được tính từ số liệu chưa làm tròn.",
                "Figures are rounded for display only; differences use unrounded figures.",
            ),
        ),
        names=(
            Name("score_sipas", 0, "value", _say(language, "chỉ số hài lòng chung", "overall index")),
            Name("n_sipas", 0, "n", _say(language, "số phiếu", "responses")),
        ),
    )


def items_table(language: str = "vi", count: int = 9, troubles: bool = True) -> Table:
    """Counts per option, missing by kind, per cent and interval for so many items."""
    options = [
        _column(f"option_{place}", "count", language, *texts) for place, texts in enumerate(_OPTIONS, 1)
    ]
    columns = (
        _column("item", "text", language, "Mã", "Code"),
        _column("item_label", "text", language, "Câu hỏi", "Item"),
        *options,
        _column("n", "count", language, "Số phiếu hợp lệ", "Valid answers"),
        _column("value", "percent", language, "Hài lòng (%)", "Satisfied (%)"),
        _column("low", "percent", language, "Cận dưới (%)", "Lower bound (%)"),
        _column("high", "percent", language, "Cận trên (%)", "Upper bound (%)"),
    )
    rows: list[tuple[Cell, ...]] = []
    for place in range(count):
        vietnamese, english = _ITEMS[place % len(_ITEMS)]
        counts = [Figure(number + place) for number in (11, 37, 122, 540, 364, 12, 5)]
        figures = [Figure(1074 + 5 * place), _published(84.17132867 - place / 7), Figure(81.5), Figure(86.62)]
        if troubles and place == count - 1:
            counts, figures = [SUPPRESSED] * 7, [SUPPRESSED] * 4
        rows.append((f"q{place + 1:02}", _say(language, vietnamese, english), *counts, *figures))
    return Table(
        code="items",
        tab=_say(language, "Câu hỏi", "Items"),
        title=_say(language, "Hải Phòng: kết quả từng câu hỏi, năm 2026", "Hải Phòng: results by item, 2026"),
        subtitle=_say(
            language,
            "Số phiếu theo phương án trả lời và tỷ lệ hài lòng",
            "Answers by option and per cent satisfied",
        ),
        source=_say(
            language,
            "khảo sát SIPAS, quý III năm 2026",
            "SIPAS survey, third quarter of 2026",
        ),
        columns=columns,
        rows=tuple(rows),
    )


def quality_table(language: str = "vi") -> Table:
    """Counts of what was received, used and left out."""
    rows = (
        (_say(language, "Phiếu nhận được", "Responses received"), Figure(1091)),
        (_say(language, "Phiếu được tính", "Responses counted"), Figure(1074)),
        (_say(language, "Phiếu đến muộn", "Late responses"), Figure(17)),
        (_say(language, "Câu trả lời bỏ trống", "Blank answers"), Figure(36525)),
    )
    return Table(
        code="quality",
        tab=_say(language, "Chất lượng", "Quality"),
        title=_say(language, "Hải Phòng: chất lượng số liệu, năm 2026", "Hải Phòng: data quality, 2026"),
        subtitle=_say(language, "Số phiếu và số câu trả lời", "Numbers of responses and answers"),
        source=_say(
            language,
            "khảo sát SIPAS, quý III năm 2026",
            "SIPAS survey, third quarter of 2026",
        ),
        columns=(
            _column("measure", "text", language, "Nội dung", "Subject"),
            _column("count", "count", language, "Số lượng", "Count"),
        ),
        rows=rows,
    )


def method_table(language: str = "vi") -> Table:
    """How the figures were made, in words."""
    return _facts_table(
        "method",
        language,
        ("Phương pháp", "Method"),
        ("Cách tính các số liệu trong tệp này", "How the figures in this workbook were made"),
        tuple(vietnamese if language == "vi" else english for vietnamese, english in _METHOD),
    )


def manifest_table(language: str = "vi") -> Table:
    """What the figures were made from: hashes and versions."""
    rows = (
        (
            _say(language, "Ảnh chụp dữ liệu (SHA-256)", "Snapshot (SHA-256)"),
            "9f86d081884c7d659a2feaa0c55ad015" * 2,
        ),
        (_say(language, "Mẫu phiếu", "Instrument"), "sipas-2023@1"),
        (_say(language, "Mã địa phương", "Agency code"), "01"),
    )
    return _facts_table(
        "manifest",
        language,
        ("Xuất xứ", "Manifest"),
        ("Nguồn dữ liệu và phiên bản dùng để tính", "Inputs and versions"),
        rows,
    )


def _facts_table(
    code: str, language: str, tab: tuple[str, str], title: tuple[str, str], rows: tuple[tuple[Cell, ...], ...]
) -> Table:
    return Table(
        code=code,
        tab=_say(language, *tab),
        title=f"Hải Phòng: {_say(language, *title)}",
        subtitle=_say(language, "Kỳ khảo sát quý III năm 2026", "Wave of the third quarter of 2026"),
        source="",
        columns=(
            _column("subject", "text", language, "Nội dung", "Subject"),
            _column("text", "text", language, "Diễn giải", "Explanation"),
        ),
        rows=rows,
    )


def _column(code: str, kind: str, language: str, vietnamese: str, english: str, *, note: int = 0) -> Column:
    header = _say(language, vietnamese, english)
    return Column(code, f"{header} [note {note}]" if note else header, kind)


def _published(value: float) -> Figure:
    """A figure with the twelve significant digits of published ones (CONTRACTS 5)."""
    return Figure(float(f"{value:.12g}"))


def _say(language: str, vietnamese: str, english: str) -> str:
    return vietnamese if language == "vi" else english


def with_table(made: Scorecard, code: str, **changes: object) -> Scorecard:
    """The card with some fields of one of its tables replaced."""
    tables = tuple(replace(table, **changes) if table.code == code else table for table in made.tables)
    return replace(made, tables=tables)


def small_table(**changes: object) -> Table:
    """A table of two columns and two rows, to be bent for one test."""
    table = Table(
        code="small",
        tab="Nhỏ",
        title="Bảng nhỏ",
        subtitle="Hai dòng",
        source="",
        columns=(Column("label", "Tên", "text"), Column("value", "Giá trị (%)", "percent")),
        rows=(("Một", Figure(1.5)), ("Hai", Figure(2.25))),
    )
    return replace(table, **changes)


def small_card(*tables: Table, **changes: object) -> Scorecard:
    """A card of these tables only (one small one by default), without notes and marks."""
    bare = {"notes": (), "marks": (), "tables": tables or (small_table(),)}
    return card(**(bare | changes))
