"""pledged expand: a register of many places, written out, judges the same."""
from daemon import program, run, settings

PLACES = "code,name,target\nbj,Beijing,3\nhn,\"Hu\"\"nan\",5\n"
REGISTER = """
instruments = ( { id = "i"; in_force = "2020-01-01"; } );
indicators = ( { for_each = "places.csv"; id = "caps.${code}"; frequency = "year"; lag = "0d"; } );
sources = ( { id = "s"; url = "file:caps.csv"; format = "csv";
  extract = "SELECT 'caps.'||code AS indicator, year AS period, caps AS value FROM data"; } );
pledges = ( { for_each = { place = "places.csv"; sector = [ "steel", "cars" ]; };
  id = "p-${place.code}-${sector}"; instrument = "i"; title = "${sector} in ${place.name}";
  milestones = ( { for_each = { year = [ 2020, 2021 ]; }; id = "${year}"; due = "${year}";
    benchmark = "at(caps.${place.code}, ${year}) <= ${place.target}"; } ); } );
"""
CAPS = "code,year,caps\nbj,2020,4\nbj,2021,3\nhn,2020,5\nhn,2021,9\n"


def folder_make(folder, text):
    folder.mkdir()
    (folder / "pledged.conf").write_text(settings())
    (folder / "register.conf").write_text(text)
    return folder


def assess(folder):
    result = run(program("pledged"), "-c", "pledged.conf", "assess", "--as-of",
                 "2023-01-01", "-o", "csv", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_expand_judges_the_same(tmp_path):
    one = folder_make(tmp_path / "one", REGISTER)
    (one / "places.csv").write_text(PLACES)
    (one / "caps.csv").write_text(CAPS)
    result = run(program("pledged"), "-c", "pledged.conf", "expand", cwd=one)
    assert (result.returncode, result.stderr) == (0, "")
    assert ('\t\tid = "caps.hn";  // register.conf:3, places.csv:3\n'
            in result.stdout)
    assert 'title = "cars in Hu\\"nan";' in result.stdout

    other = folder_make(tmp_path / "other", result.stdout)
    wanted = assess(one)
    assert assess(other) == wanted
    lines = [line.split(",")[:2] for line in wanted.splitlines()[1:]]
    assert len(lines) == 8
    assert ["p-bj-steel/2020", "not_met"] in lines
    assert ["p-hn-cars/2020", "met"] in lines
    assert ["p-hn-cars/2021", "not_met"] in lines

    again = run(program("pledged"), "-c", "pledged.conf", "expand", cwd=other)
    strip = [line.split("  // ")[0] for line in result.stdout.splitlines()]
    assert [line.split("  // ")[0] for line in again.stdout.splitlines()] == strip


def test_a_register_with_faults_is_not_expanded(tmp_path):
    folder = folder_make(tmp_path / "one", REGISTER)
    result = run(program("pledged"), "-c", "pledged.conf", "expand", cwd=folder)
    assert (result.returncode, result.stdout) == (1, "")
    assert ("register.conf:3: indicators[0].for_each: places.csv: No such file"
            in result.stderr)


CALENDARS = """
calendars = ( { for_each = "places.csv"; id = "c-${code}";
  holidays = [ "2020-03-02", "${code}.ics" ]; } );
instruments = ( { for_each = "places.csv"; id = "i-${code}"; in_force = "2020-02-28";
  calendar = "c-${code}"; } );
indicators = ( { id = "x"; frequency = "month"; } );
pledges = ( { for_each = "places.csv"; id = "p-${code}"; instrument = "i-${code}";
  milestones = ( { id = "m"; due = "in_force + 1wd"; benchmark = "last(x) >= ${target}"; } ); } );
"""


def test_calendars_of_places(tmp_path):
    one = folder_make(tmp_path / "one", CALENDARS)
    (one / "places.csv").write_text(PLACES)
    for code, day in (("bj", "20200303"), ("hn", "20200304")):
        (one / f"{code}.ics").write_text(
            f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:{day}\nEND:VEVENT\n"
            "END:VCALENDAR\n")
    wanted = assess(one)
    assert [line.split(",")[2] for line in wanted.splitlines()[1:]] == [
        "2020-03-04", "2020-03-03"]
    result = run(program("pledged"), "-c", "pledged.conf", "expand", cwd=one)
    assert f'holidays = [ "2020-03-02", "{one}/hn.ics" ];' in result.stdout
    assert assess(folder_make(tmp_path / "other", result.stdout)) == wanted
