"""The reader: encodings, dialects, headings, notes and misfit rows of one file."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.plan.model import Layout
from eachchild.sources.errors import SourceError
from eachchild.sources.files import find_files
from eachchild.sources.text.table import (
    AFTER_TABLE,
    BEFORE_HEADING,
    BLANK_LINE,
    HEADING_AGAIN,
    TextTable,
    read_text_table,
)

EXCERPTS = Path(__file__).parents[1] / "data" / "published"
PLAIN = "id,name,days\n007,Ana,3\n008,Bo,\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., TextTable]:
    def write_and_read(content: str | bytes, name: str = "t.csv", **layout: object) -> TextTable:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = read_text_table(path, name, Layout(**layout))  # type: ignore[arg-type]
        accounted = table.data.num_rows + len(table.bad) + sum(table.ignored.values())
        assert accounted == table.rows_read
        assert table.row.size == table.data.num_rows
        return table

    return write_and_read


Read = Callable[..., TextTable]


def cells(table: TextTable) -> list[list[str]]:
    return [list(row.values()) for row in table.data.to_pylist()]


def rules(table: TextTable) -> list[str]:
    return sorted(hit.id for hit in table.hits)


def test_plain(read: Read) -> None:
    table = read(PLAIN)
    assert table.columns == ("id", "name", "days")
    assert cells(table) == [["007", "Ana", "3"], ["008", "Bo", ""]]
    assert table.row.tolist() == [2, 3]
    assert (table.encoding, rules(table)) == ("utf-8", [])


@pytest.mark.parametrize(
    ("encode", "encoding", "rule"),
    [
        (lambda t: t.encode("utf-8-sig"), "utf-8-sig", ["F01"]),
        (lambda t: t.encode("cp1252"), "cp1252", ["F02"]),
        (lambda t: t.encode("utf-16"), "utf-16", ["F03"]),
        (lambda t: t.encode("utf-16-le"), "utf-16-le", ["F03"]),
        (lambda t: t.encode("utf-16-be"), "utf-16-be", ["F03"]),
        (lambda t: t.encode(), "utf-8", []),
    ],
)
def test_encodings(
    read: Read, encode: Callable[[str], bytes], encoding: str, rule: list[str]
) -> None:
    table = read(encode(PLAIN.replace("Ana", "Añá – x")))
    assert (table.encoding, rules(table)) == (encoding, rule)
    assert cells(table)[0] == ["007", "Añá – x", "3"]


def test_a_byte_that_windows_1252_lacks(read: Read) -> None:
    assert cells(read(PLAIN.encode().replace(b"Ana", b"A\x81\xe9")))[0][1] == "A\x81é"


def test_encoding_from_the_plan(read: Read) -> None:
    content = PLAIN.replace("Ana", "Я").encode("cp1251")
    table = read(content, encoding="cp1251")
    assert (cells(table)[0][1], table.encoding) == ("Я", "cp1251")
    with pytest.raises(SourceError, match=r"layout\.encoding"):
        read(PLAIN.encode("utf-16"), encoding="utf-8")
    with pytest.raises(SourceError, match="layout"):
        read(PLAIN, encoding="no such")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends(read: Read, end: str) -> None:
    table = read(PLAIN.replace("\n", end))
    assert (len(cells(table)), table.row.tolist(), table.rows_read) == (2, [2, 3], 2)


@pytest.mark.parametrize(
    ("sign", "name", "rule"),
    [(";", "t.csv", ["F04"]), ("\t", "t.csv", ["F04"]), ("\t", "t.tsv", []), ("|", "t.txt", [])],
)
def test_delimiters(read: Read, sign: str, name: str, rule: list[str]) -> None:
    table = read("id,name,days\n1,a,5\n2,b,6\n".replace(",", sign), name)
    assert cells(table) == [["1", "a", "5"], ["2", "b", "6"]]
    assert rules(table) == rule


def test_decimal_commas_do_not_part_cells(read: Read) -> None:
    assert cells(read("a;b\n1,5;2,5\n3,5;4,5\n")) == [["1,5", "2,5"], ["3,5", "4,5"]]


def test_delimiter_from_the_plan(read: Read) -> None:
    assert read("a:b\n1:2\n", delimiter=":").columns == ("a", "b")
    with pytest.raises(SourceError, match="one sign"):
        read("a:b\n1:2\n", delimiter="::")


def test_quotes(read: Read) -> None:
    table = read('id,note\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n4,6\' 2"\n5,z\n')
    assert [c[1] for c in cells(table)] == ["a, b", 'say "hi"', "two\nlines", "6' 2\"", "z"]
    assert table.row.tolist() == [2, 3, 4, 6, 7]


def test_an_unclosed_quote_takes_one_line_only(read: Read) -> None:
    table = read('id,name,n\n1,"Ana,3\n2,Bo,4\n3,"Cy, Jr",5\n4,"two\nlines",6\n')
    assert [c[0] for c in cells(table)] == ["2", "3", "4"]
    assert [(b.row, b.rule, b.text) for b in table.bad] == [(2, "R02", '1,"Ana,3')]
    assert table.row.tolist() == [3, 4, 5]


def test_an_unclosed_quote_hidden_by_an_even_count(read: Read) -> None:
    table = read('id,size,note\n1,6\' 2","long\nnote"\n2,5\' 1","never closed\n3,x,y\n')
    assert [c[0] for c in cells(table)] == ["1", "3"]
    assert cells(table)[0] == ["1", "6' 2\"", "long\nnote"]
    assert [(b.row, b.rule) for b in table.bad] == [(4, "R02")]


def test_ragged_rows(read: Read) -> None:
    table = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n13,14,15\n")
    assert [c[0] for c in cells(table)] == ["1", "10", "13"]
    assert [(b.row, b.rule) for b in table.bad] == [(3, "R01"), (4, "R01")]
    assert table.row.tolist() == [2, 5, 6]
    (hit,) = table.hits
    assert (hit.id, hit.severity, hit.count, hit.rows) == ("R01", "quarantine", 2, (3, 4))


def test_a_cut_off_file(read: Read) -> None:
    assert rules(read("a,b,c\n1,2,3\n4,5")) == ["F14", "R01"]
    assert rules(read("a,b,c\n1,2,3\n4,5,6")) == []


def test_rows_longer_than_the_heading(read: Read) -> None:
    table = read("a,b\n1,2,\n3,4,\n5,6,\n")
    assert (table.columns, cells(table)) == (("a", "b"), [["1", "2"], ["3", "4"], ["5", "6"]])


def test_a_column_without_a_heading(read: Read) -> None:
    assert read(",a,b,\n0,1,x,\n1,2,y,\n").columns == ("column 1", "a", "b")


def test_title_lines_and_notes(read: Read) -> None:
    table = read(
        "Extraction Date:,6/4/2015,,\n,,,\nID,Race,Days,School\n1,B,3,x\n\n2,W,4,y\n,,,\n"
        "* Data flagged due to questionable quality.,,,\nSource: the district office\n"
    )
    assert table.columns == ("ID", "Race", "Days", "School")
    assert cells(table) == [["1", "B", "3", "x"], ["2", "W", "4", "y"]]
    assert table.ignored == {BEFORE_HEADING: 2, BLANK_LINE: 2, AFTER_TABLE: 2}
    assert table.row.tolist() == [4, 6]
    assert rules(table) == ["F05"]


def test_a_short_last_row_is_no_note(read: Read) -> None:
    table = read("id,race,sex,days\n1,B,F,3\n2,W,M,4\n3,,,\n")
    assert [c[0] for c in cells(table)] == ["1", "2", "3"]


def test_a_heading_printed_again(read: Read) -> None:
    table = read("id,n\n1,2\nid,n\n3,4\n")
    assert (cells(table), table.ignored) == ([["1", "2"], ["3", "4"]], {HEADING_AGAIN: 1})


def test_duplicate_headings(read: Read) -> None:
    table = read("id,n,n,n (2)\n1,2,3,4\n")
    assert table.columns == ("id", "n", "n (2)", "n (2) (2)")
    assert rules(table) == ["F08"]


def test_merged_headings(read: Read) -> None:
    table = read(
        'State,Girls,,Boys,,Schools\n,Number,Percent,Number,"Percent\u00a0\nof all",\n'
        "Ohio,1,2,3,4,5\nUtah,6,7,8,9,10\n"
    )
    assert table.columns == (
        "State", "Girls / Number", "Girls / Percent", "Boys / Number", "Boys / Percent of all",
        "Schools",
    )  # fmt: skip
    assert table.row.tolist() == [4, 5]


def test_years_as_headings(read: Read) -> None:
    assert read("Place,2019,2020\nOhio,1,2\nUtah,3,4\n").columns == ("Place", "2019", "2020")


def test_numbers_as_headings(read: Read) -> None:
    assert read("ID,1,2\na,5,6\nb,x,y\n").columns == ("ID", "1", "2")


def test_heading_from_the_plan(read: Read) -> None:
    text = "a,b\nid,label\nQ1,Q2\n1,2\n"
    assert read(text, header_line=2, header_rows=2).columns == ("id / Q1", "label / Q2")
    with pytest.raises(SourceError, match="header_line = 9"):
        read(text, header_line=9)


@pytest.mark.parametrize("text", ["id,name\n", "id,name", "i"])
def test_a_file_of_heading_only(read: Read, text: str) -> None:
    table = read(text)
    assert (table.columns, table.rows_read) == (tuple(text.strip().split(",")), 0)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_text_table(tmp_path, "folder", Layout())


def test_a_note_of_many_lines_is_taken_for_a_forgotten_quote(read: Read) -> None:
    table = read('id,note\n1,"begins' + "\nx" * 60 + '\nends"\n2,y\n')
    assert (table.bad[0].row, table.bad[0].rule) == (2, "R02")
    assert cells(table)[-1] == ["2", "y"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_an_empty_file(read: Read, content: bytes) -> None:
    with pytest.raises(SourceError, match="is empty"):
        read(content)


def test_wrapped_tabs(read: Read) -> None:
    table = read('"id\tn\tw",,\n"a\t""1","000""\t2"\n"b\t3\t4",\n')
    assert cells(table) == [["a", "1,000", "2"], ["b", "3", "4"]]
    assert rules(table) == ["F04"]


def test_gz(read: Read) -> None:
    table = read(gzip.compress(PLAIN.encode(), mtime=0), "t.csv.gz")
    assert len(cells(table)) == 2
    with pytest.raises(SourceError, match="damaged or cut off"):
        read(gzip.compress(PLAIN.encode())[:-9], "t.csv.gz")


def test_spaces_around_cells_go(read: Read) -> None:
    assert cells(read("a,b,c\n 1 ,\u00a02, \n")) == [["1", "2", ""]]


def test_fill_merged_labels(read: Read) -> None:
    text = "what,who,n\n,boys,1\nISS,girls,2\n,all,3\n,boys,4\nOSS,girls,5\n,all,6\n"
    assert [c[0] for c in cells(read(text, fill=(("what", "block"),)))] == ["ISS"] * 3 + ["OSS"] * 3
    down = read("what,n\nISS,1\n,2\nOSS,3\n", fill=(("what", "down"),))
    assert [c[0] for c in cells(down)] == ["ISS", "ISS", "OSS"]
    with pytest.raises(SourceError, match="no blocks"):
        read(text.replace("OSS", "").replace(",all,6", "OSS,all,6"), fill=(("what", "block"),))
    with pytest.raises(SourceError, match="names 'nobody'"):
        read(text, fill=(("nobody", "down"),))
    with pytest.raises(SourceError, match="'down' or 'block'"):
        read(text, fill=(("what", "up"),))


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "id": pa.array([1.0, None, 3.5]),
            "when": pa.array([0, 1, None], pa.date32()),
            "label": pa.array(["a", "b", "a"]).dictionary_encode(),
            "flag": pa.array([True, False, None]),
        }
    )
    pq.write_table(table, path)
    read = read_text_table(path, "t.parquet", Layout())
    assert cells(read) == [
        ["1", "1970-01-01", "a", "true"], ["", "1970-01-02", "b", "false"], ["3.5", "", "a", ""],
    ]  # fmt: skip
    assert read.row.tolist() == [2, 3, 4]
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(SourceError, match="not a Parquet file"):
        read_text_table(path, "t.parquet", Layout())
    pq.write_table(pa.table({"x": pa.array([[1], [2]])}), path)
    with pytest.raises(SourceError, match="column 'x' holds lists"):
        read_text_table(path, "t.parquet", Layout())


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of texts, numbers and dates (given as day counts in a tuple)."""
    head = '<?xml version="1.0"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(
            "[Content_Types].xml",
            f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
                f'ContentType="{kinds}.worksheet+xml"/>'
                for i in numbers
            )
            + f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        )
        z.writestr(
            "_rels/.rels",
            f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        z.writestr(
            "xl/workbook.xml",
            f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            + "".join(
                f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>'
                for i, name in zip(numbers, sheets, strict=True)
            )
            + "</sheets></workbook>",
        )
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{head}<Relationships xmlns="{package}/relationships">'
            + "".join(
                f'<Relationship Id="rId{i}" Type="{office}/worksheet" '
                f'Target="worksheets/sheet{i}.xml"/>'
                for i in numbers
            )
            + f'<Relationship Id="s" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        )
        z.writestr(
            "xl/styles.xml",
            f'{head}<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        for i, rows in zip(numbers, sheets.values(), strict=True):
            body = "".join(
                f'<row r="{r}">' + "".join(cell(v, f"{chr(65 + c)}{r}") for c, v in enumerate(row))
                + "</row>"
                for r, row in enumerate(rows, 1)
            )  # fmt: skip
            z.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'{head}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return out.getvalue()


def cell(value: object, at: str) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c r="{at}" s="1"><v>{value[0]}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


SHEETS: dict[str, Sequence[Sequence[object]]] = {
    "About": [["Prepared by the data office"]],
    "Data": [
        ["Enrollment report"],
        [],
        ["ID", "Entry", "Days"],
        ["007", (44561,), 3],
        [12345, "1/2/2022", 4.5],
        ["Source: the office"],
    ],
}


@pytest.mark.parametrize(("name", "rule"), [("t.xlsx", ["F05"]), ("t.csv", ["F03", "F05"])])
def test_workbook(read: Read, name: str, rule: list[str]) -> None:
    table = read(workbook(SHEETS), name)
    assert table.columns == ("ID", "Entry", "Days")
    assert cells(table) == [["007", "2021-12-31 00:00:00", "3"], ["12345", "1/2/2022", "4.5"]]
    assert table.row.tolist() == [4, 5]
    assert rules(table) == rule
    assert table.ignored == {BEFORE_HEADING: 2, AFTER_TABLE: 1}


def test_sheet_from_the_plan(read: Read) -> None:
    assert read(workbook(SHEETS), "t.xlsx", sheet="Data", header_line=3).columns[0] == "ID"
    with pytest.raises(SourceError, match="Sheets: About, Data"):
        read(workbook(SHEETS), "t.xlsx", sheet="data")
    with pytest.raises(SourceError, match="below the sheet"):
        read(workbook(SHEETS), "t.xlsx", sheet="Data", header_line=99)
    with pytest.raises(SourceError, match="sheet is empty"):
        read(workbook({"Empty": []}), "t.xlsx")
    with pytest.raises(SourceError, match="not a workbook"):
        read(b"PK\x03\x04 and then nothing", "t.xlsx")


def test_find_files(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv.gz", "c.doc"):
        (tmp_path / name).write_text("x")
    assert [name for _, name in find_files(tmp_path, "*.*")] == ["a.csv.gz", "b.csv"]
    assert [name for _, name in find_files(tmp_path, ".")] == ["a.csv.gz", "b.csv"]
    assert [name for _, name in find_files(tmp_path, "c.doc")] == ["c.doc"]
    outside = find_files(tmp_path / "plan", f"{tmp_path}/b.*")
    assert [name for _, name in outside] == [(tmp_path / "b.csv").as_posix()]
    with pytest.raises(SourceError, match=r"none\.csv: there is no such file"):
        find_files(tmp_path, "none.csv")


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(st.text('ab1,;"\n \té', max_size=8), st.text("x\"'|,\n", max_size=4))),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    delimiter: str,
    quoting: Literal[0, 1],
) -> None:
    path = tmp_path_factory.mktemp("round") / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\n")
        writer.writerow(("id", "kind", "one", "two"))
        writer.writerows((f"r{i}", "k", *row) for i, row in enumerate(rows))
    table = read_text_table(path, "t.csv", Layout(delimiter=delimiter))
    expected = [[f"r{i}", "k", a.strip(), b.strip()] for i, (a, b) in enumerate(rows)]
    assert cells(table) == expected
    assert (table.bad, table.rows_read) == ((), len(rows))


def test_a_file_without_any_text(read: Read) -> None:
    assert read('""\n""\n').columns == ()


def test_large_cells_cross_blocks(read: Read) -> None:
    long = "x" * (20 << 20)
    table = read(f'a,b\n1,"{long}"\n2,y\n')
    assert pa.compute.utf8_length(table.data.column("b")).to_pylist() == [20 << 20, 1]


@pytest.mark.parametrize(
    ("name", "columns", "first", "rows", "ignored"),
    [
        (
            "idea618_discipline.csv", {2: "SEA Category"}, {1: "Alabama", 8: "8529"}, 10,
            {BEFORE_HEADING: 4, BLANK_LINE: 1, AFTER_TABLE: 4},
        ),
        (
            "chronic_absenteeism.csv",
            {2: "Total Students", 3: "Race/Ethnicity / American Indian or Alaska Native / Number"},
            {1: "United States", 2: "6,731,214"}, 5,
            {BEFORE_HEADING: 2, BLANK_LINE: 1, AFTER_TABLE: 4},
        ),
        (
            "alabama_with_disabilities.csv",
            {0: "Discipline by gender", 8: "Percent of American Indian or Alaska Native"},
            {0: "Corporal punishment males", 1: "2,907"}, 6, {},
        ),
        (
            "alabama_without_disabilities.csv",
            {2: "Students Without Disabilities / Number", 21: "Percent of Schools Reporting"},
            {1: "Male", 2: "19,011"}, 7, {BLANK_LINE: 8, AFTER_TABLE: 1},
        ),
        ("restraint_by_state.csv", {0: "State", 22: "Number of Schools"}, {5: "40,193"}, 5, {}),
    ],
)  # fmt: skip
def test_published_tables(
    name: str,
    columns: dict[int, str],
    first: dict[int, str],
    rows: int,
    ignored: dict[str, int],
) -> None:
    table = read_text_table(EXCERPTS / name, name, Layout())
    assert {i: table.columns[i] for i in columns} == columns
    assert {i: cells(table)[0][i] for i in first} == first
    assert (table.data.num_rows, dict(table.ignored), table.bad) == (rows, ignored, ())


@pytest.mark.parametrize(
    ("path", "rows", "columns"),
    [
        ("crdc-ap-by-race/school_ap_enrollment_by_race.csv.gz", 37_363, 13),
        ("crdc-virginia-2021-22/va_crdc_2021_22.csv.gz", 1_900, 461),
        ("hsls09-students/hsls09_students.csv.gz", 23_503, 37),
        ("idea618-discipline-2013-14/idea618_discipline_2013_14.csv", 1_586, 20),
        ("crdc-state-tables-messy/chronic_absenteeism_2013_14_combined.csv", 52, 25),
        ("crdc-state-tables-messy/chronic_absenteeism_2013_14_male.csv", 52, 25),
        ("crdc-state-tables-messy/chronic_absenteeism_2013_14_female.csv", 52, 25),
        ("crdc-state-tables-messy/physical_restraint_idea_by_state_2011_12.csv", 52, 23),
        ("crdc-state-tables-messy/alabama_discipline_with_disabilities_2011_12.csv", 33, 27),
        ("crdc-state-tables-messy/alabama_discipline_without_disabilities_2011_12.csv", 33, 22),
    ],
)
def test_real_files(shared: Path, path: str, rows: int, columns: int) -> None:
    table = read_text_table(shared / "data" / path, path, Layout())
    assert (table.data.num_rows, len(table.columns), len(table.bad)) == (rows, columns, 0)
    assert np.all(np.diff(table.row) > 0)


@pytest.mark.parametrize(("begin", "end"), [(4, 40), (200, 3000), (-400, -300)])
def test_a_damaged_parquet_file_is_named(tmp_path: Path, begin: int, end: int) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"a": [str(i) for i in range(5000)], "b": range(5000)}), path)
    content = bytearray(path.read_bytes())
    content[begin:end] = b"\xff" * (end - begin)
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"log\.parquet: is not a Parquet file that can be read"):
        read_text_table(path, "log.parquet", Layout())
