"""Sources as the register says them: doubts, secrets, presets, the manual."""
import re
import shutil

import pytest

from daemon import SOURCE, program, run

REGISTER = """\
instruments = ( {{ id = "i"; signed = "2020-01-01"; }} );
indicators = ( {{ id = "x"; frequency = "month"; }}, {{ id = "idle"; }} {indicators} );
sources = ( {sources} );
pledges = ( {{ id = "p"; instrument = "i"; owner = "us"; milestones = (
  {{ id = "m"; due = "2020-12-31"; benchmark = "sum(x, 2020) >= 1"; }} ); }} );
"""


def source(more="", url="https://example.org/", indicator="x"):
    return (f'{{ id = "s"; url = "{url}"; format = "json"; extract = ".[]"; '
            f'indicator = "{indicator}"; {more} }}')


def pledged(folder, sources, *words, indicators=""):
    (folder / "pledged.conf").write_text('register = [ "register.conf" ];\n')
    (folder / "register.conf").write_text(REGISTER.format(
        sources=sources, indicators=indicators))
    return run(program("pledged"), "-c", "pledged.conf", *words, cwd=folder)


def warnings(folder, *words, **more):
    result = pledged(folder, source(*words, **more), "check")
    return [name for name in re.findall(r"\[([a-z-]+)\]$", result.stderr, re.M)
            if name != "unused-indicator"]


NEAR = 'every = "{every}"; near = ( {{ within = "9d"; every = "{near}"; }} );'


def test_doubts(tmp_path):
    assert warnings(tmp_path, NEAR.format(every="1d", near="1h")) == []
    assert warnings(tmp_path, NEAR.format(every="1h", near="1h")) == ["near-idle"]
    assert warnings(tmp_path, NEAR.format(every="1d", near="1h"),
                    indicator="idle") == ["near-idle"]
    assert warnings(tmp_path, 'near = ( { within = "2d"; every = "6h"; }, '
                    '{ within = "1mo"; every = "6h"; } );') == ["near-idle"]
    secret = 'secret_files = { key = "k"; };'
    assert warnings(tmp_path, secret) == ["secret-unused"]
    assert warnings(tmp_path, secret, url="https://example.org/?k={key}") == []
    assert warnings(tmp_path, secret + 'body = "{key}";') == []
    assert warnings(tmp_path, secret + 'headers = { A = "{key}"; };') == []
    assert warnings(tmp_path, url="https://example.org/?a=1&KEY=abc") == [
        "secret-in-url"]
    assert warnings(tmp_path, url="https://example.org/?monkey=abc") == []


def test_secrets_are_left_alone(tmp_path):
    """Who judges offline needs none, and expand names the file alone."""
    sources = source('secret_files = { key = "office-key"; }; token_file = "token";',
                     url="https://example.org/?k={key}")
    assert pledged(tmp_path, sources, "assess").returncode == 0
    (tmp_path / "office-key").write_text("hunter2\n")
    (tmp_path / "office-key").chmod(0o600)
    result = pledged(tmp_path, sources, "expand")
    assert result.returncode == 0 and "hunter2" not in result.stdout
    assert f'key = "{tmp_path}/office-key";' in result.stdout
    assert f'token_file = "{tmp_path}/token";' in result.stdout


def test_expand_is_read_again(tmp_path):
    (tmp_path / "mine.conf").write_text('format = "json"; extract = ".[]";\n')
    sources = ('{ for_each = { c = [ "de", "fr" ]; }; id = "s-${c}"; indicator = "x"; '
               'url = "https://example.org/{place}"; preset = "mine.conf"; '
               'parameters = { place = "${c}"; year = [ 2020 ]; }; '
               'near = ( { within = "9d"; every = "1h"; } ); }')
    result = pledged(tmp_path, sources, "expand")
    assert result.returncode == 0, result.stderr
    assert 'place = "fr";' in result.stdout and "year = [ 2020 ];" in result.stdout
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "register.conf").write_text(result.stdout)
    (folder / "pledged.conf").write_text('register = "register.conf";\n')
    again = run(program("pledged"), "-c", "pledged.conf", "expand", cwd=folder)
    plain = re.compile(r"  // .*$", re.M)
    assert plain.sub("", again.stdout) == plain.sub("", result.stdout)


def test_presets_are_found(tmp_path):
    names = sorted(path.stem for path in (SOURCE / "etc" / "presets").glob("*.conf"))
    for name in names:
        result = pledged(tmp_path, '{ id = "s"; url = "https://example.org/"; '
                         f'indicator = "x"; preset = "{name}"; }}', "check")
        assert result.returncode == 0, result.stderr
    result = pledged(tmp_path, '{ id = "s"; url = "https://example.org/"; '
                     'preset = "wordbank"; }', "check")
    assert result.returncode != 0
    assert (f'sources[0].preset: "wordbank" is none of {", ".join(names)}; nearest is '
            '"worldbank"') in result.stderr


def test_presets_of_a_moved_tree(tmp_path):
    """../share/pledged/presets of the program, wherever that is."""
    prefix = tmp_path / "opt"
    for folder in ("sbin", "share/pledged/presets"):
        (prefix / folder).mkdir(parents=True)
    copy = prefix / "sbin" / "pledged"
    shutil.copy(program("pledged"), copy)
    (prefix / "share/pledged/presets/ours.conf").write_text(
        'format = "json"; extract = ".[]";\n')
    pledged(tmp_path, '{ id = "s"; url = "https://example.org/"; indicator = "x"; '
            'preset = "ours"; }', "check")
    result = run(copy, "-c", "pledged.conf", "check", cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def manual_sources():
    text = (SOURCE / "src" / "pledged" / "pledged-register.5").read_text()
    text = text[text.index(".Ss Sources\n"):text.index(".Ss Pledges\n")]
    blocks = re.findall(r"^\.Bd .*\n((?:.*\n)*?)\.Ed$", text, re.M)
    return [block.replace("\\e", "\\") for block in blocks if block.startswith("{ id")]


@pytest.mark.parametrize("block", manual_sources(),
                         ids=lambda block: re.search(r'id = "([^"]+)"', block)[1])
def test_the_manual(tmp_path, block):
    indicator = re.search(r'indicator = "([^"]+)"', block)[1]
    result = pledged(tmp_path, block, "check",
                     indicators="" if indicator == "x"
                     else f', {{ id = "{indicator}"; }}')
    assert result.returncode == 0, result.stderr


def test_there_are_examples():
    assert len(manual_sources()) >= 7
