"""A curves panel with the records that the window would show on it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from networks.core.storage import write_atomically
from networks.runs.events import Event
from networks.runs.record import Record, Records
from widgets.curves import CurvesPanel


class DrivenPanel(CurvesPanel):
    """Takes the events of the run that was begun last, whatever id they carry."""

    def __init__(self, most: int | None = None) -> None:
        """Of each run so many steps are kept at most."""
        super().__init__()
        self._most = most
        self.records = Records()
        self._run = ""
        self._begun = 0
        self.clear_requested.connect(self.clear_runs)
        self.sharing.save_wished.connect(lambda path, data, sentence: write_atomically(path, data))
        self.delete_requested.connect(self.delete_runs)
        self.restore_requested.connect(self.restore_runs)
        self.rename_requested.connect(self.rename_run)

    def begin_run(self, title: str) -> None:
        self._begun += 1
        self._run = f"run-{self._begun}"
        self.records.begin(Record(self._run, title, most=self._most))
        self.show_records(self.records)

    def extend(self, events: Sequence[Event]) -> None:
        self.records.take([replace(event, run=self._run) for event in events])
        self.show_records(self.records)

    def delete_runs(self, records: tuple[Record, ...]) -> None:
        self.records.remove([record.run for record in records])
        self.show_records(self.records)

    def restore_runs(self) -> None:
        self.records.restore()
        self.show_records(self.records)

    def rename_run(self, record: Record, title: str) -> None:
        record.title = record.short = title
        self.show_records(self.records)

    def clear_runs(self) -> None:
        self.records.clear()
        self.show_records(self.records)
