"""Rows of the generator survive it."""

from pathlib import Path

from experiment.rows import RECORDED
from loadtests.recorder import PART_NAME, Recorder, Row, recover
from loadtests.steps import Step


def _row(seq: int, step: int = 0, *, sent: bool = True) -> Row:
    place = Step(seq, step, 1.5, "recommend", "recommend", "recommendations", "{}")
    row = Row.unsent(place, 1.5, "dropped")
    if sent:
        row.sent_s, row.ended_s, row.outcome, row.status = 1.5001, 1.75, "ok", 200
        row.degraded, row.instance = "inventory", "catalog-1"
    return row


def test_rows_come_back_by_seq_and_step_with_all_their_columns(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for row in (_row(2), _row(1, 1, sent=False), _row(1, 0)):
        recorder.add(row)
    table = recorder.finish()
    assert table.schema.equals(RECORDED)
    assert table.select(["seq", "step"]).to_pylist() == [
        {"seq": 1, "step": 0},
        {"seq": 1, "step": 1},
        {"seq": 2, "step": 0},
    ]
    sent, unsent, _ = table.to_pylist()
    assert (sent["sent_s"], sent["status"], sent["degraded"]) == (1.5001, 200, "inventory")
    assert (unsent["sent_s"], unsent["status"], unsent["outcome"]) == (None, None, "dropped")


def test_a_finished_recorder_leaves_the_parquet_file_only(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.add(_row(1))
    recorder.finish()
    assert [file.name for file in tmp_path.iterdir()] == ["requests.parquet"]


def test_a_part_file_is_read_up_to_the_line_that_a_kill_cut(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for seq in range(3):
        recorder.add(_row(seq))
    recorder.flush()
    recorder.close()
    part = tmp_path / PART_NAME
    part.write_bytes(part.read_bytes()[:-10])
    assert recover(part)["seq"].to_pylist() == [0, 1]


def test_a_part_file_without_a_whole_line_is_an_empty_table(tmp_path: Path) -> None:
    part = tmp_path / PART_NAME
    part.write_bytes(b'{"seq":1,')
    table = recover(part)
    assert table.num_rows == 0
    assert table.schema.equals(RECORDED)


def test_rows_are_on_disk_after_a_flush(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.add(_row(1))
    recorder.flush()
    recorder.close()
    assert recover(tmp_path / PART_NAME).num_rows == 1
