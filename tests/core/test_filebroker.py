"""The embedded broker loses nothing, doubles nothing and says when it cannot write, with real processes around it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from ace_portal.core import filebroker
from tests.harness.tasks import PATIENCE, ROOT, until

DAY = 24 * 3600


class House:
    """One broker folder and the processes that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.queue = folder / "queue"
        self.processes: list[subprocess.Popen[str]] = []
        self.environment = {
            **os.environ,
            "BROKER_DIR": str(folder),
            "CELERY_BROKER_URL": "files://",
            "DEBUG": "on",
        }

        self.app = Celery("publisher", broker="files://", set_as_current=False, fixups=[])
        self.app.conf.broker_transport_options = {
            "data_folder_in": str(self.queue),
            "data_folder_out": str(self.queue),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.01,
        }

    def connection(self) -> Connection:
        """A connection of this process to the broker."""
        return self.app.connection_for_write()

    def send_task(self, name: str, *arguments: object, **options: object) -> None:
        """Publish a call of a task of filebroker_app."""
        self.app.send_task(f"tests.core.filebroker_app.{name}", arguments, ignore_result=True, **options)

    def run(self, command: str, *arguments: object, **environment: str) -> "subprocess.Popen[str]":
        """Start one command of filebroker_commands; its output is read by the caller."""
        line = [sys.executable, "-m", "tests.core.filebroker_commands", command, *map(str, arguments)]
        process = subprocess.Popen(
            line, cwd=ROOT, env=self.environment | environment, stdout=subprocess.PIPE, text=True
        )
        self.processes.append(process)
        return process

    def worker(self, name: str, concurrency: int) -> "subprocess.Popen[str]":
        """Start a Celery worker and wait until it takes messages; its output goes to a file named after it."""
        line = f"-m celery -A tests.core.filebroker_app worker -P threads -c {concurrency} -l info -n {name}@test"
        with open(self.folder / name, "w") as output:
            process = subprocess.Popen(
                [sys.executable, *line.split()], cwd=ROOT, env=self.environment, stdout=output, stderr=output, text=True
            )
        self.processes.append(process)
        until(lambda: f"{name}@test ready" in (self.folder / name).read_text(), f"worker {name} is ready")
        return process

    def stop(self, worker: "subprocess.Popen[str]") -> int:
        """End a worker in the friendly way; its exit code."""
        worker.terminate()
        return worker.wait(PATIENCE)

    def log(self) -> list[str]:
        """What the tasks have written so far."""
        file = self.folder / "log.txt"
        return file.read_text().splitlines() if file.exists() else []

    def waiting(self) -> list[Path]:
        """The messages that nobody has taken, oldest first."""
        return sorted(self.queue.glob("*.msg"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    filebroker.Transport.global_state.clear()
    house = House(tmp_path)
    yield house
    house.app.close()
    for process in house.processes:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


def ready(process: "subprocess.Popen[str]") -> bool:
    assert process.stdout
    return process.stdout.readline() == "ready\n"


def send(broker: Connection, text: str, queue: str = "letters") -> None:
    broker.Producer().publish({"text": text}, routing_key=queue)


def take(broker: Connection, queue: str = "letters") -> str | None:
    message = broker.default_channel.basic_get(queue, no_ack=True)
    return message.payload["text"] if message else None


# --- Several processes ------------------------------------------------------------------------------------------


def test_two_workers_handle_each_message_of_four_producers_once(house: House) -> None:
    producers = [house.run("notes", name, 125) for name in "abcd"]
    workers = [house.worker(name, concurrency=4) for name in ("one", "two")]
    assert all(map(ready, producers))
    (house.folder / "go").touch()
    assert [producer.wait(PATIENCE) for producer in producers] == [0, 0, 0, 0]

    until(lambda: len(house.log()) >= 500 and not house.waiting(), "every message is handled")

    assert [worker.poll() for worker in workers] == [None, None]
    assert [house.stop(worker) for worker in workers] == [0, 0]
    assert Counter(house.log()) == Counter(f"{name} {number}" for name in "abcd" for number in range(125))
    assert not house.waiting()
    for name in ("one", "two"):
        assert "Traceback" not in (house.folder / name).read_text()


def test_nobody_ever_sees_half_a_message(house: House) -> None:
    house.queue.mkdir()
    writer = house.run("texts", 200, 200_000)
    at_first_sight: dict[str, bytes] = {}
    running = True
    while running:  # nothing slow in here: it must meet the writer at its work
        running = writer.poll() is None
        for name in set(os.listdir(house.queue)) - at_first_sight.keys():
            if name.endswith(".msg"):
                at_first_sight[name] = (house.queue / name).read_bytes()

    assert writer.returncode == 0
    assert len(at_first_sight) == 200
    assert all(len(json.loads(data)["body"]) > 200_000 for data in at_first_sight.values())
    with house.connection() as broker:
        taken = [broker.default_channel.basic_get("big", no_ack=True).payload for _ in range(200)]
        assert broker.default_channel.basic_get("big") is None
    assert [message["number"] for message in taken] == list(range(200))
    assert {len(message["text"]) for message in taken} == {200_000}


def test_eight_processes_bind_queues_at_the_same_time(house: House) -> None:
    binders = [house.run("bind", name, 10) for name in "abcdefgh"]
    assert all(map(ready, binders))
    (house.folder / "go").touch()

    with house.connection() as broker:
        sizes: list[int] = []

        def all_done() -> bool:
            sizes.append(len(broker.default_channel.get_table("busy")))
            return all(binder.poll() is not None for binder in binders)

        until(all_done, "every process has bound its queues")
        queues = {row.queue for row in broker.default_channel.get_table("busy")}

    assert [binder.returncode for binder in binders] == [0] * 8
    assert sizes == sorted(sizes)
    assert queues == {f"{name}-{number}" for name in "abcdefgh" for number in range(10)}


# --- A worker that is told to stop ------------------------------------------------------------------------------


def test_a_running_task_is_finished_and_the_others_stay_in_the_queue(house: House) -> None:
    for name in ("first", "second", "third"):
        house.send_task("hold", name)
    worker = house.worker("one", concurrency=1)
    until(lambda: house.log() == ["started first"], "the first task runs")

    worker.send_signal(signal.SIGTERM)
    until(lambda: "Warm shutdown" in (house.folder / "one").read_text(), "the worker hears the signal")
    assert worker.poll() is None
    (house.folder / "release").touch()

    assert worker.wait(PATIENCE) == 0
    assert house.log() == ["started first", "finished first"]
    left = [json.loads(file.read_text())["headers"]["argsrepr"] for file in house.waiting()]
    assert left == ["('second',)", "('third',)"]


def test_a_task_taken_but_not_begun_goes_back_to_the_queue(house: House) -> None:
    worker = house.worker("one", concurrency=1)
    house.send_task("note", "in an hour", countdown=3600)
    until(lambda: "received" in (house.folder / "one").read_text(), "the worker takes the task")
    assert not house.waiting()

    assert house.stop(worker) == 0

    (message,) = house.waiting()
    assert json.loads(message.read_text())["redelivered"] is True
    assert house.log() == []


def test_a_worker_answers_remote_control_but_not_orders_to_its_predecessor(house: House) -> None:
    with house.connection() as broker:  # the mailbox of a worker of the same name that is gone
        mailbox = Queue("one@test.celery.pidbox", Exchange("celery.pidbox", "fanout", durable=False))
        mailbox(broker.default_channel).declare()
    house.app.control.shutdown()
    assert len(house.waiting()) == 1

    worker = house.worker("one", concurrency=1)
    assert house.app.control.ping(timeout=PATIENCE, limit=1) == [{"one@test": {"ok": "pong"}}]
    assert house.stop(worker) == 0
    assert not house.waiting()


# --- A disk that refuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["no folder possible", "disk full"])
def test_a_publisher_learns_at_once_that_nothing_can_be_written(house: House, trouble: str) -> None:
    if trouble == "no folder possible":
        house.queue.write_text("a file where the folder should be")
    publisher = house.run("refused", DISK_FULL="yes" if trouble == "disk full" else "")
    output, _ = publisher.communicate(timeout=PATIENCE)

    outcomes = [line.split() for line in output.splitlines()]
    assert [outcome for outcome, _ in outcomes] == ["OperationalError"] * 3
    # The quickest of three: a busy machine may hold up one of them, waiting for a broker holds up all.
    assert min(float(seconds) for _, seconds in outcomes) < 1
    assert house.queue.is_file() or list(house.queue.iterdir()) == []


def test_a_message_that_cannot_get_its_name_leaves_nothing_behind(house: House) -> None:
    with house.connection() as broker, pytest.raises(OperationalError, match="could not be written"):
        send(broker, "to nobody", queue="a-name-longer-than-a-file-may-have" * 10)
    assert list(house.queue.iterdir()) == []


def test_publishing_works_again_when_the_disk_does(house: House) -> None:
    house.queue.write_text("a file where the folder should be")
    with house.connection() as broker:
        with pytest.raises(OperationalError, match="letters"):
            send(broker, "early")
        house.queue.unlink()
        send(broker, "late")
        assert take(broker) == "late"


# --- The files --------------------------------------------------------------------------------------------------


def test_messages_come_in_the_order_they_were_sent(house: House) -> None:
    with house.connection() as one, house.connection() as two:
        for number in range(50):
            send(one, f"{number} of one")
            send(two, f"{number} of two")
        expected = [f"{number} of {name}" for number in range(50) for name in ("one", "two")]
        assert [take(one) for _ in range(100)] == expected
        assert take(two) is None


def test_the_folders_may_vanish_between_two_messages(house: House) -> None:
    with house.connection() as broker:
        assert take(broker) is None
        send(broker, "one")
        assert take(broker) == "one"
        (house.queue / "taken").rmdir()
        house.queue.rmdir()
        assert take(broker) is None
        send(broker, "two")
        assert take(broker) == "two"


def test_a_file_that_is_no_message_is_set_aside_and_the_next_one_taken(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.queue.mkdir()
    (house.queue / "0_garbage.letters.msg").write_text("not a message")
    with house.connection() as broker:
        send(broker, "sound")
        assert take(broker) == "sound"
        assert take(broker) is None
    (kept,) = (house.queue / "taken").iterdir()
    assert kept.read_text() == "not a message"
    assert "holds no message" in caplog.text


def test_who_comes_second_gets_nothing(house: House) -> None:
    with house.connection() as one, house.connection() as two:
        send(one, "only one")
        listed = two.default_channel._waiting("letters")
        assert take(one) == "only one"
        assert [two.default_channel._take(name) for name in listed] == [None]


def test_a_queue_is_counted_emptied_and_deleted_alone(house: House) -> None:
    with house.connection() as broker:
        exchange = Exchange("office", "direct")
        letters = Queue("letters", exchange, routing_key="l")(broker.default_channel)
        parcels = Queue("parcels", exchange, routing_key="p")(broker.default_channel)
        letters.declare()
        parcels.declare()
        for text in ("one", "two"):
            send(broker, text, "letters")
            send(broker, text, "parcels")
        assert letters.queue_declare().message_count == 2
        assert letters.purge() == 2
        parcels.delete()
        assert [row.queue for row in broker.default_channel.get_table("office")] == ["letters"]
    assert not house.waiting()


def test_leftovers_of_dead_processes_are_cleared_away_after_a_day(house: House) -> None:
    queues = ("old@host.celery.pidbox", "celeryev.old", "new@host.celery.pidbox", "celeryev.new", "letters")
    with house.connection() as broker:
        for queue in queues:
            Queue(queue, Exchange("town", "topic"), routing_key="#")(broker.default_channel).declare()
        broker.Producer().publish({"text": "to all"}, exchange="town", routing_key="any")
    (house.queue / ".old.tmp").touch()
    (house.queue / ".new.tmp").touch()
    for file in house.queue.iterdir():
        if "new" not in file.name:
            os.utime(file, (time.time() - DAY - 60,) * 2)

    with house.connection() as broker:
        broker.connect()
        rows = broker.default_channel.get_table("town")
        assert {row.queue for row in rows} == {"new@host.celery.pidbox", "celeryev.new", "letters"}
        left = {file.name.partition(".")[2] for file in house.queue.iterdir()}
        assert left == {"new.tmp", "new@host.celery.pidbox.msg", "celeryev.new.msg", "letters.msg"}
        assert take(broker) == "to all"


def test_a_worker_that_was_told_to_stop_takes_no_further_message(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filebroker.Channel, "stopping", False)
    with house.connection() as broker:
        send(broker, "for the next one")
        filebroker.take_no_more()
        with pytest.raises(TimeoutError), broker.Consumer(Queue("letters"), on_message=lambda message: None):
            broker.drain_events(timeout=PATIENCE)
    assert len(house.waiting()) == 1
