"""Where things stand in the text of a TOML file, which its parser does not say.

The search is by lines and knows tables, dotted keys and quoted names. A file laid out more strangely (a key inside an
inline table) is still read correctly; only its line is not named.
"""

import re

_TABLE = re.compile(r"^\s*\[\s*(?P<name>[^\[\]]+?)\s*\]\s*(#.*)?$")
_ENTRY = re.compile(r"^\s*(?P<name>[\w\-\"'. ]+?)\s*=")


def _bare(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def line_of(text: str, section: str, name: str = "") -> int | None:
    """The line, from 1, of a key, or of the section's header if `name` is empty; None if it is not found.

    An empty `section` means the top of the file, outside any table.
    """
    wanted = ".".join(part for part in (section, name) if part)
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _bare(header["name"])
            if table == wanted:
                return number
        elif entry := _ENTRY.match(line):
            full_name = ".".join(part for part in (table, _bare(entry["name"])) if part)
            if full_name == wanted or (not name and full_name.startswith(wanted + ".")):
                return number
    return None


def end_of_table(text: str, section: str) -> int | None:
    """The number of lines up to the last one of a section that holds something; None if there is no such table."""
    start = line_of(text, section)
    if start is None:
        return None
    lines = text.splitlines()
    end = start
    for number in range(start, len(lines)):
        if _TABLE.match(lines[number]) or lines[number].lstrip().startswith("[["):
            break
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            end = number + 1
    return end
