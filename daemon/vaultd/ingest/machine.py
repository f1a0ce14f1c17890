"""What the machine is occupied with: whether it runs on its battery, and how busy other programs keep it."""

from __future__ import annotations

from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")
PROCESSORS = Path("/proc/stat")


def on_battery(supplies: Path = SUPPLIES) -> bool:
    """Whether a battery of the machine is being drained and nothing feeds it (sysfs-class-power of the kernel).

    Batteries of mice and the like say that their scope is a device. Where nothing is known, it is no battery.
    """
    folders = list(supplies.glob("*"))
    kinds = {folder: _word(folder / "type") for folder in folders}
    if any(_word(folder / "online") == "1" for folder, kind in kinds.items() if kind in ("Mains", "USB")):
        return False
    batteries = [folder for folder, kind in kinds.items() if kind == "Battery" and _word(folder / "scope") != "Device"]
    return any(_word(folder / "status") == "Discharging" for folder in batteries)


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):  # a driver need not tell everything, and a battery can be pulled out
        return ""


class Processors:
    """How much of their time goes to programs of normal priority; workers have the lowest, and do not count."""

    def __init__(self, stat: Path = PROCESSORS) -> None:
        self._stat = stat
        self._last = self._read()
        self._percent = 0.0

    def busy_percent(self) -> float:
        """Of all processors together, since the last call (proc(5): user, nice, system, idle, iowait, irq, …)."""
        before, self._last = self._last, self._read()
        user, nice, system, idle, *rest = (now - then for now, then in zip(self._last, before, strict=True))
        total = user + nice + system + idle + sum(rest)
        if total > 0:
            self._percent = 100.0 * (user + system) / total
        return self._percent

    def _read(self) -> list[int]:
        """Ticks of each kind; guests' are counted twice there, and so left out."""
        return [int(field) for field in self._stat.read_text(encoding="ascii").split(None, 9)[1:9]]
