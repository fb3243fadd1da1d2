"""Registers and settings of a given size, as files."""
import os

PER_PLEDGE = 10


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def instrument():
    return ('instruments = ( { id = "deal"; title = "The deal"; '
            'in_force = "2025-01-01"; timezone = "America/New_York"; } );\n')


def indicators(first, count, lag):
    rows = [f'  {{ id = "x{i}"; frequency = "month"; nonnegative = true; '
            f'lag = "{lag}"; }}' for i in range(first, first + count)]
    return "indicators = (\n" + ",\n".join(rows) + "\n);\n"


def pledges(first, count, due):
    """Pledges of ten milestones, each pledge on one indicator."""
    rows = []
    for pledge in range(first, first + count):
        milestones = ",\n".join(
            f'    {{ id = "m{m}"; due = "{due}"; severity = "critical"; '
            f'benchmark = "last(x{pledge}) >= {m + 1}"; }}'
            for m in range(PER_PLEDGE))
        rows.append(f'  {{ id = "p{pledge}"; instrument = "deal"; '
                    f'title = "Pledge {pledge}"; milestones = (\n'
                    f'{milestones} ); }}')
    return "pledges = (\n" + ",\n".join(rows) + "\n);\n"


def register(folder, milestones, per_file=10000, due="2030-12-31",
             lag="40d"):
    """Files of at most per_file milestones; the list of their paths."""
    os.makedirs(folder, exist_ok=True)
    paths = []
    for first in range(0, milestones, per_file):
        count = min(per_file, milestones - first) // PER_PLEDGE
        text = instrument() if first == 0 else ""
        text += indicators(first // PER_PLEDGE, count, lag)
        text += pledges(first // PER_PLEDGE, count, due)
        paths.append(os.path.join(folder, f"{first // per_file:03d}.conf"))
        write(paths[-1], text)
    return paths
