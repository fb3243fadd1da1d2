"""pledged import: a table of commitments becomes a register that check takes."""
import csv
import io
import json
import os
import pty
import re
import shutil

import pytest

from daemon import SOURCE, clean_environment, program, run

EXAMPLE = SOURCE / "etc" / "examples" / "action-plan"

MAPPING = """\
table: { %(table)s };
columns = (
  { name = "due"; column = "Deadline"; as = "date"; form = [ "%%d.%%m.%%Y", "Q%%q %%Y" ]; },
  { name = "on"; column = "Done on"; as = "date"; form = "%%d.%%m.%%Y"; },
  { name = "done"; column = "Status"; values = ( { from = "Done"; to = "yes"; },
    { from = [ "Open", "Late" ]; to = ""; } ); } %(columns)s
);
instruments = ( { id = "plan"; title = "Action plan"; timezone = "UTC"; } );
pledges = (
  { id = "c${No.}"; instrument = "plan"; title = "${Commitment}"; obligor = "${Ministry}";
    owner = "desk"; %(pledge)s milestones = (
      { id = "done"; due = "${due}"; benchmark = "attested(\\"done\\")"; %(milestone)s } ); }
);
attestations = (
  { when = "${done}"; milestone = "c${No.}/done"; key = "done"; by = "desk"; on = "${on}"; }
);
%(more)s
"""
HEADER = ["No.", "Commitment", "Ministry", "Deadline", "Status", "Done on"]
ONE = ["1", "Contracts are published", "Finance", "31.12.2024", "Done", "2.12.2024"]
TWO = ["2", "Petitions are answered", "Interior", "Q2 2025", "Open", ""]


def write_table(path, *rows, header=HEADER, delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode(encoding))


def write_mapping(folder, table="", columns="", pledge="", milestone="", more=""):
    (folder / "mapping.conf").write_text(MAPPING % {
        "table": table, "columns": columns, "pledge": pledge, "milestone": milestone,
        "more": more})


def imported(folder, *rows, mapping=None, status=0, **table):
    """What is written, and what is said."""
    write_mapping(folder, **(mapping or {}))
    write_table(folder / "table.csv", *rows, **table)
    result = run(program("pledged"), "import", "mapping.conf", "table.csv", cwd=folder)
    assert result.returncode == status, result.stderr
    return result.stdout, result.stderr


def assessed(folder, register):
    """The milestones of a register that check finds nothing wrong with."""
    (folder / "register.conf").write_text(register)
    (folder / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    check = run(program("pledged"), "-c", folder / "pledged.conf", "check")
    assert check.returncode == 0, check.stderr
    result = run(program("pledged"), "-c", folder / "pledged.conf", "assess", "-o", "json",
                 "--as-of", "2024-12-15")
    return {item["id"]: item for item in json.loads(result.stdout)}


def test_example_is_what_its_table_gives(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "plan")
    result = run(program("pledged"), "import", "mapping.conf", "commitments.csv",
                 cwd=tmp_path / "plan")
    assert result.returncode == 0
    assert result.stdout == (EXAMPLE / "register.conf").read_text()
    assert result.stderr == ("commitments.csv: 12 rows: 9 milestones of 5 pledges; "
                             "saying nothing: 3\n")


def test_rows_become_milestones(tmp_path):
    text, said = imported(tmp_path, ONE, TWO)
    assert said == "table.csv: 2 rows: 2 milestones of 2 pledges\n"
    items = assessed(tmp_path, text)
    assert items["c1/done"]["title"] is None or items["c1/done"]["status"] == "met"
    assert items["c1/done"]["event_date"] == "2024-12-02"
    assert items["c2/done"]["due"] == "2025-06-30T23:59:59+00:00"
    assert items["c2/done"]["obligor"] == "Interior"


@pytest.mark.parametrize("encoding, named", [
    ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-8", 'encoding = "utf-8";'),
    ("windows-1252", 'encoding = "windows-1252";'), ("latin-1", 'encoding = "ISO-8859-1";'),
    ("utf-16-le", 'encoding = "utf-16le";'), ("cp1250", 'encoding = "CP1250";')])
def test_encodings(tmp_path, encoding, named):
    row = ["3", "Überprüfung für Bürger", "Büro", "1.2.2025", "Open", ""]
    text, _ = imported(tmp_path, row, encoding=encoding, delimiter=";",
                       mapping={"table": f'delimiter = ";"; {named}'})
    assert 'title = "Überprüfung für Bürger";' in text
    assert 'obligor = "Büro";' in text


def test_bytes_of_another_encoding(tmp_path):
    row = ["3", "Überprüfung", "Büro", "1.2.2025", "Open", ""]
    text, said = imported(tmp_path, ONE, row, encoding="latin-1", status=1)
    assert text == ""
    assert said.startswith("table.csv:3: is not UTF-8: name its encoding")
    _, said = imported(tmp_path, ONE, status=1, mapping={"table": 'encoding = "klingon";'})
    assert re.search(r'^mapping.conf:1: table.encoding: there is no encoding "klingon"', said)


def test_cells_of_several_lines_and_quotes(tmp_path):
    row = ["3", 'Open "by\ndefault";\u00a0always  so ', "Büro", "1.2.2025", "Open", ""]
    text, _ = imported(tmp_path, row)
    assert 'title = "Open \\"by default\\"; always so";' in text


# What is written in a cell of the second row, and what is said of it.
FAULTS = [
    (3, "31.02.2025", 'D3 "Deadline": "31.02.2025": there is no such day'),
    (3, "soon", 'D3 "Deadline": "soon" is no date of the form "%d.%m.%Y" or "Q%q %Y"'),
    (3, "Q5 2025", 'D3 "Deadline": "Q5 2025": there is no such day'),
    (3, "", 'pledges.milestones: the key "due" is missing (D3 "Deadline" is empty)'),
    (4, "Opne", 'E3 "Status": "Opne" is none of the values of the mapping, nearest is "Open"'),
    (4, "Done", 'attestations: the key "on" is missing (F3 "Done on" is empty)'),
    (0, "", 'pledges: the key "id" is missing (A3 "No." is empty)'),
]


@pytest.mark.parametrize("column, cell, said", FAULTS)
def test_faults_name_the_cell(tmp_path, column, cell, said):
    row = [cell if i == column else was for i, was in enumerate(TWO)]
    text, told = imported(tmp_path, ONE, row, status=3)
    assert f"table.csv:3: {said}\n" in told
    assert told.endswith("2 rows: 1 milestone of 1 pledge; left out, with errors: 1\n")
    assert "# left out: row 3, line 3\n" in text
    assert set(assessed(tmp_path, text)) == {"c1/done"}


def test_an_id_the_register_does_not_take(tmp_path):
    row = ["2/b", *TWO[1:]]
    text, told = imported(tmp_path, ONE, row, status=3)
    assert re.search(r'^table.csv:3: id: .*\(A3 "No." is "2/b"\)$', told, re.M)
    assert "2/b" not in text


def test_lines_and_rows_are_told_apart(tmp_path):
    """A cell of two lines moves the lines of the file, not the rows of a sheet."""
    rows = [["1", "A\nB", *ONE[2:]], ["2", "C", "D", "never", "Open", ""]]
    _, told = imported(tmp_path, *rows, status=3)
    assert told.startswith('table.csv:4: D3 "Deadline": "never" is no date')
    rows[1] = ["2/b", *TWO[1:]]
    _, told = imported(tmp_path, *rows, status=3)
    assert re.match(r'table.csv:4: id: .*A3 "No." is', told)


def test_doubts_are_of_what_is_written(tmp_path):
    """Of two rows that say the same faulty thing neither is called a repetition."""
    row = ["2/b", *TWO[1:]]
    _, told = imported(tmp_path, ONE, row, row, status=3)
    assert "table.csv:3: " in told and "table.csv:4: " in told
    assert "row-repeats" not in told


def test_rows_of_one_pledge(tmp_path):
    steps = {"milestone": 'title = "${Status}";', "columns":
             ', { name = "no"; column = "No."; fill = true; }'}
    write_mapping(tmp_path, **steps)
    mapping = (tmp_path / "mapping.conf").read_text().replace("${No.}", "${no}").replace(
        'id = "done"', 'id = "${step}"').replace("c${no}/done", "c${no}/${step}").replace(
        "columns = (", 'columns = ( { name = "step"; column = "Ministry"; as = "id"; },')
    mapping = mapping.replace('obligor = "${Ministry}"', 'obligor = "state"')
    (tmp_path / "mapping.conf").write_text(mapping)
    write_table(tmp_path / "table.csv", ["1", "Title", "Bill tabled", *TWO[3:]],
                ["", "", "Act in force", *TWO[3:]], ["2", "Other", "Écrit, été", *TWO[3:]])
    result = run(program("pledged"), "import", "mapping.conf", "table.csv", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (
        0, "table.csv: 3 rows: 3 milestones of 2 pledges\n")
    assert set(assessed(tmp_path, result.stdout)) == {
        "c1/bill-tabled", "c1/act-in-force", "c2/ecrit-ete"}


def test_rows_that_contradict_or_repeat_others(tmp_path):
    other = ["1", "Contracts are published", "Interior", *ONE[3:]]
    text, told = imported(tmp_path, ONE, other, status=3)
    assert ('table.csv:3: obligor is "Interior" here and "Finance" in row 2 (line 2), '
            "which has the same id\n") in told
    assert 'obligor = "Finance"' in text
    text, told = imported(tmp_path, TWO, TWO)
    assert "table.csv:3: says nothing that rows before it do not: is it there twice? " \
        "[row-repeats]\n" in told
    assert text.count('id = "c2"') == 1


def test_rows_at_fault_only_for_want_of_others(tmp_path):
    """A milestone that waits for one of a row left out is left out, too."""
    after = {"milestone": 'after = [ "c${after}/done" ];',
             "columns": ', { name = "after"; column = "Waits for"; }'}
    rows = [[no, "A", "F", due, "Open", "", waits] for no, due, waits in (
        ("1", "never", ""), ("2", "1.1.2025", "1"), ("3", "1.1.2025", "2"),
        ("4", "1.1.2025", ""))]
    text, told = imported(tmp_path, *rows, header=[*HEADER, "Waits for"], mapping=after,
                          status=3)
    lines = re.findall(r"^table.csv:(\d+): ", told, re.M)
    assert lines == ["2", "3", "4"]
    assert '(G3 "Waits for" is "1")' in told
    assert set(assessed(tmp_path, text)) == {"c4/done"}


# What is wrong with a mapping, told at its line; nothing is written then.
MAPPINGS = [
    ({"milestone": 'titel = "${Status}";'}, 'unknown key "titel", nearest is "title"'),
    ({"milestone": 'severity = "hihg";'}, 'pledges.milestones.severity: "hihg"'),
    ({"milestone": 'title = "${Satus}";'}, "there is no column ${Satus}, nearest is ${Status}"),
    ({"milestone": 'title = "${Status";'}, "a ${ without its }"),
    ({"milestone": 'path = "linear";'}, "path"),
    ({"columns": ', { name = "x"; column = "Statsu"; }'},
     'table.csv:1 has no column "Statsu", nearest is "Status"'),
    ({"columns": ', { name = "x"; column = "Z"; }'},
     'table.csv:1 has no column "Z": its header is "No.", "Commitment"'),
    ({"columns": ', { name = "x"; number = 7; }'}, "table.csv has 6 columns"),
    ({"columns": ', { name = "due"; }'}, '"due" is the name of two columns'),
    ({"columns": ', { name = "x"; number = 1; form = "%d"; }'}, 'for as = "date" alone'),
    ({"columns": ', { name = "x"; number = 1; as = "date"; form = "%d.%m"; }'},
     '"%d.%m": a form has %Y or %y'),
    ({"columns": ', { name = "x"; number = 1; instead = "y"; }'}, 'no column "y" before'),
    ({"table": 'decimal = ","; thousands = ",";'}, "the same character"),
    ({"table": "header = 9;"}, "has no header"),
    ({"more": 'register = [ "absent.conf" ];'}, "absent.conf"),
]


@pytest.mark.parametrize("mapping, said", MAPPINGS)
def test_faults_of_a_mapping(tmp_path, mapping, said):
    text, told = imported(tmp_path, ONE, TWO, mapping=mapping, status=1)
    assert text == ""
    assert said in told
    assert told.count(said) == 1, "once, not once a row"
    assert told.endswith("pledged: nothing is written\n")


def test_faults_of_a_table(tmp_path):
    write_mapping(tmp_path)
    for content, said in ((b"", "table.csv: has no header"),
                          (b'A,"b\nc', "table.csv:1: the row that begins here has a quote"),
                          (b'A,b"c\n', "table.csv:1: a quote stands where none may be"),
                          (b"A\0,b\n", "table.csv: holds a NUL byte"),
                          (b"A," * 300 + b"\n", "table.csv:1: has more than 256 columns")):
        (tmp_path / "table.csv").write_bytes(content)
        result = run(program("pledged"), "import", "mapping.conf", "table.csv", cwd=tmp_path)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith(said)
    result = run(program("pledged"), "import", "mapping.conf", "absent.csv", cwd=tmp_path)
    assert result.returncode == 1 and result.stderr.startswith("absent.csv: ")
    assert run(program("pledged"), "import", "mapping.conf").returncode == 2


def test_a_register_beside_it(tmp_path):
    """What is made may refer to what stands in other files; they are not written."""
    (tmp_path / "base.conf").write_text(
        'instruments = ( { id = "treaty"; title = "T"; timezone = "UTC"; } );\n')
    write_mapping(tmp_path, more='register = [ "base.conf" ];')
    mapping = (tmp_path / "mapping.conf").read_text()
    (tmp_path / "mapping.conf").write_text(mapping.replace('instrument = "plan"',
                                                           'instrument = "treaty"'))
    write_table(tmp_path / "table.csv", ONE)
    result = run(program("pledged"), "import", "mapping.conf", "table.csv", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "treaty" in result.stdout and 'title = "T"' not in result.stdout


def test_numbers_and_choices(tmp_path):
    columns = (', { name = "level"; column = "Level"; as = "number"; '
               'values = ( { from = "n/a"; to = "0"; } ); default = "7"; }')
    rows = [[str(i), "T", "F", "1.1.2025", "Open", "", level] for i, level in enumerate(
        ["1.234.567,5", "-3,25", "n/a", "", "1.23", "1,5,5"], 1)]
    text, told = imported(
        tmp_path, *rows, header=[*HEADER, "Level"], status=3, delimiter=";", mapping={
            "table": 'delimiter = ";"; decimal = ","; thousands = ".";', "columns": columns,
            "milestone": 'weight = "${level}";'})
    assert re.findall(r'weight = "(.*)"', text) == ["1234567.5", "0", "7"] or told
    assert "table.csv:2: pledges.milestones.weight: " in told, "more than a weight may be"
    assert re.findall(r'weight = "(.*)"', text) == ["0", "7"]
    assert re.findall(r'^table.csv:([67]): G\d "Level": "(.*)" is no number with \',\' before '
                      r"its decimals and '.' between thousands$", told, re.M) == [
        ("6", "1.23"), ("7", "1,5,5")]


def test_progress_on_a_terminal(tmp_path):
    write_mapping(tmp_path)
    write_table(tmp_path / "table.csv", *([str(i), *TWO[1:]] for i in range(1500)))
    leader, follower = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.dup2(follower, 2)
        os.dup2(os.open(tmp_path / "out.conf", os.O_CREAT | os.O_WRONLY), 1)
        os.chdir(tmp_path)
        os.execve(program("pledged"), ["pledged", "import", "mapping.conf", "table.csv"],
                  clean_environment())
    os.close(follower)
    said = b""
    try:
        while piece := os.read(leader, 4096):
            said += piece
    except OSError:
        pass
    os.close(leader)
    assert os.waitpid(pid, 0)[1] == 0
    assert b"\rpledged: row 1024 of 1500" in said
    assert said.endswith(b"\rtable.csv: 1500 rows: 1500 milestones of 1500 pledges\r\n")
    assert (tmp_path / "out.conf").read_text().count('benchmark = "attested') == 1500
