"""The serving process as a process: real socket, real signals, real exit codes.

What it answers is held elsewhere (`test_container_exchanges.py`); here is how it starts, listens, and ends.
"""

from __future__ import annotations

import json
import pickle
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest
import xgboost

from sagemaker_local.xgboost_container import main
from support.emulators import eventually, free_port
from support.model_servers import request, start, wait_until_serving

FEATURES = 16


def train() -> xgboost.Booster:
    random = np.random.default_rng(3)
    images, labels = random.integers(0, 256, (400, FEATURES)), random.integers(0, 4, 400)
    images[:, :4] = images[:, :4] // 8 + 60 * labels[:, None]
    images[random.random(images.shape) < 0.3] = 0
    parameters = {"objective": "multi:softprob", "num_class": 4, "max_depth": 4, "nthread": 1, "seed": 1}
    return xgboost.train(parameters, xgboost.DMatrix(images, labels, nthread=1), num_boost_round=8)


def invoke(port: int, body: str, content_type: str = "text/csv") -> list[list[float]]:
    headers = {"content-type": content_type, "accept": "application/json"}
    status, answer = request(port, "POST", "/invocations", body.encode(), headers)
    assert status == 200, answer
    return [row["score"] for row in json.loads(answer)["predictions"]]


@pytest.fixture(scope="module")
def booster() -> xgboost.Booster:
    return train()


@pytest.fixture(scope="module")
def model_dir(booster: xgboost.Booster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    (folder / "xgboost-model").write_bytes(bytes(booster.save_raw("ubj")))
    return folder


@pytest.fixture(scope="module")
def servers(model_dir: Path) -> Iterator[list[tuple[subprocess.Popen[bytes], int]]]:
    """Three processes, started together: one to ask, two to end."""
    started = [start(model_dir) for _ in range(3)]
    for _, port in started:
        wait_until_serving(port)
    yield started
    for process, _ in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def port(servers: list[tuple[subprocess.Popen[bytes], int]]) -> int:
    return servers[0][1]


def exchange(port: int, message: bytes) -> bytes:
    """Send raw bytes and read the answer to its end."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(message)
        return b"".join(iter(lambda: connection.recv(65536), b""))


ROW = "70,65,80,75,0,255,128,0,0,17,33,0,0,0,200,1"


def test_the_same_row_sent_in_other_ways_of_http_gets_the_same_answer(port: int) -> None:
    plain = request(port, "POST", "/invocations", ROW.encode(), {"content-type": "text/csv"})
    head = b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nConnection: close\r\n"
    body = ROW.encode()
    chunked = exchange(port, head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    waiting = exchange(port, head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    old = exchange(port, head.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert plain[0] == 200
    for answer in (chunked, waiting, old):
        assert b" 200 OK\r\n" in answer
        assert answer.endswith(b"\r\n\r\n" + plain[1])


def test_a_post_without_a_length_has_no_body(port: int) -> None:
    assert b" 204 No Content\r\n" in exchange(
        port, b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nConnection: close\r\n\r\n"
    )


def test_head_is_answered_without_a_body(port: int) -> None:
    assert request(port, "HEAD", "/ping") == (200, b"")


def test_a_client_that_sends_too_much_is_heard_out_and_refused(port: int) -> None:
    status, page = request(port, "POST", "/invocations", b"1" * 7_000_000, {"content-type": "text/csv"})
    assert status == 413
    assert b"exceeds the capacity limit" in page


def test_many_requests_share_one_connection(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for _ in range(3):
        connection.request("POST", "/invocations", ROW, {"content-type": "text/csv"})
        assert connection.getresponse().read()
    own_socket = connection.sock
    connection.request("GET", "/ping")
    assert connection.getresponse().status == 200
    assert connection.sock is own_socket
    connection.close()


def test_zeros_mean_the_same_in_csv_and_in_libsvm_that_writes_them(port: int) -> None:
    rows = np.random.default_rng(5).integers(0, 256, (20, FEATURES))
    rows[:, ::2] = 0
    rows[0] = 0
    csv = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    dense = [libsvm(rows, first=first, zeros=True) for first in (0, 1)]
    wanted = invoke(port, csv)
    assert invoke(port, dense[0], "text/libsvm") == wanted
    assert invoke(port, dense[1], "text/x-libsvm") == wanted


def test_zeros_left_out_of_libsvm_are_missing_and_change_the_answer(port: int) -> None:
    rows = np.array([[0, 65, 80, 75, 0, 255, 128, 0, 0, 17, 33, 0, 0, 0, 200, 1]])
    complete = libsvm(rows, first=0, zeros=True)
    assert invoke(port, libsvm(rows, first=0, zeros=False) + " 0:0", "text/libsvm") != invoke(port, complete, "libsvm")


def libsvm(rows: np.ndarray, *, first: int, zeros: bool) -> str:
    return "\n".join(
        " ".join(["0", *(f"{column + first}:{value}" for column, value in enumerate(row) if zeros or value)])
        for row in rows.tolist()
    )


def longest_ping(port: int) -> float:
    """The longest time that a ping takes while a large batch is answered, as a share of the batch's own time."""
    row = ",".join(["0.123456", *["17"] * (FEATURES - 1)])
    batch = "\n".join([row] * 60_000)
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        answer = pool.submit(invoke, port, batch)
        longest = 0.0
        while not answer.done():
            asked = time.monotonic()
            assert request(port, "GET", "/ping")[0] == 200
            longest = max(longest, time.monotonic() - asked)
        assert len(answer.result()) == 60_000
        return longest / (time.monotonic() - began)


def test_ping_does_not_wait_for_a_large_batch(port: int) -> None:
    # About 0.2; never below 0.7 where pings wait. Ten tries, because the machine may be busy with something else.
    assert any(longest_ping(port) < 0.5 for _ in range(10))


def test_sigterm_finishes_what_is_in_flight(servers: list[tuple[subprocess.Popen[bytes], int]]) -> None:
    process, port = servers[1]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        body = ROW.encode()
        head = b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nExpect: 100-continue\r\n"
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        assert b" 100 Continue\r\n" in connection.recv(65536)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(port))
        connection.sendall(body)
        assert b" 200 OK\r\n" in connection.recv(65536)
    assert process.wait() == 0


def refuses(port: int) -> bool:
    """Whether the server takes no more connections."""
    try:
        request(port, "GET", "/ping")
    except ConnectionError as error:
        return isinstance(error, ConnectionRefusedError)
    return False


def test_it_ends_when_its_parent_closes_its_standard_input(
    servers: list[tuple[subprocess.Popen[bytes], int]],
) -> None:
    process, _ = servers[2]
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0


def refusal(caplog: pytest.LogCaptureFixture, folder: Path, *options: str, port: int | None = None) -> str:
    """Run the command until it gives up, and return the one line it says about it."""
    caplog.clear()
    assert main(["--model-dir", str(folder), "--port", str(port or free_port()), *options]) == 1
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert "\n" not in errors[0]
    return errors[0]


def test_a_folder_that_cannot_be_served_is_refused_in_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert "cannot read the model folder" in refusal(caplog, tmp_path / "missing")
    (tmp_path / ".hidden").write_text("no model")
    assert "no model file in" in refusal(caplog, tmp_path)
    (tmp_path / "xgboost-model").write_text("hello")
    assert "is no XGBoost model in UBJSON or JSON" in refusal(caplog, tmp_path)
    (tmp_path / "xgboost-model").write_bytes(b"")
    assert "is no XGBoost model in UBJSON or JSON" in refusal(caplog, tmp_path)


def test_one_bad_file_beside_a_good_one_is_refused(
    model_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "xgboost-model").write_bytes((model_dir / "xgboost-model").read_bytes())
    (tmp_path / "metrics.json").write_text("{}")
    assert "metrics.json" in refusal(caplog, tmp_path)


class Dangerous:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickle_is_refused_without_running_it(
    booster: xgboost.Booster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = tmp_path / "xgboost-model"
    for protocol in range(6):
        model.write_bytes(pickle.dumps(booster, protocol))
        assert "is a pickle" in refusal(caplog, tmp_path)
    touched = tmp_path / "model" / "touched"
    (tmp_path / "model").mkdir()
    model.write_bytes(pickle.dumps(Dangerous(touched)))
    assert "--allow-pickle" in refusal(caplog, tmp_path)
    assert not touched.exists()
    assert "pickled NoneType" in refusal(caplog, tmp_path, "--allow-pickle")
    assert touched.exists()


def test_a_port_in_use_and_a_bad_limit_are_refused(
    model_dir: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = int(listener.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{taken}" in refusal(caplog, model_dir, port=taken)
    assert "port must be 0-65535" in refusal(caplog, model_dir, port=70_000)
    monkeypatch.setenv("MAX_CONTENT_LENGTH", "6MB")
    assert "MAX_CONTENT_LENGTH is '6MB'" in refusal(caplog, model_dir)
