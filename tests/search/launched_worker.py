"""A worker without TensorFlow: it listens where `TF_CONFIG` says, and then does what its words say, by its number.

    python launched_worker.py FOLDER PLAN...

A plan is `number:deed,deed…`; deeds are `say=TEXT`, `err=TEXT`, `wait=SECONDS`, `die=SIGNAL`, `exit=STATUS`, `run=PATH`, `deaf`, `polite`, `absent`,
`child=FILE`, `raw=TEXT`, `once=NAME` (the deeds after it are done by the first process that comes to it, others end well).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


def main(folder: Path, plans: list[str]) -> None:
    config = json.loads(os.environ["TF_CONFIG"])
    number = config["task"]["index"]
    deeds = dict(plan.split(":", 1) for plan in plans).get(str(number), "").split(",")
    (folder / f"pid-{number}").write_text(str(os.getpid()))
    with (folder / "starts").open("a") as file:
        file.write(f"{number} {' '.join(config['cluster']['worker'])} {os.environ.get('TF_NUM_INTRAOP_THREADS')}\n")
    server = socket.socket()
    if "absent" not in deeds:
        host, port = config["cluster"]["worker"][number].split(":")
        server.bind((host, int(port)))
        server.listen(8)
    for deed in deeds:
        name, _, value = deed.partition("=")
        if name == "once":
            try:
                (folder / value).touch(exist_ok=False)
            except FileExistsError:
                return
        do(name, value)


def do(name: str, value: str) -> None:
    if name == "say":
        print(value, flush=True)
    elif name == "err":
        print(value, file=sys.stderr, flush=True)
    elif name == "raw":
        os.write(1, value.encode().decode("unicode_escape").encode())
    elif name in ("wait", "absent"):
        time.sleep(float(value or 600))
    elif name == "die":
        os.kill(os.getpid(), getattr(signal, value))
        time.sleep(5)
    elif name == "exit":
        sys.exit(int(value))
    elif name == "run":
        os.write(int(os.environ["KERASCLI_RUN_PIPE"]), f"{value}\n".encode())
    elif name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    elif name == "child":
        child = subprocess.Popen(["sleep", "600"])
        Path(value).write_text(str(child.pid))
    elif name == "polite":
        signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
