"""Run on another machine of the host's network: prints, as JSON, which TCP ports of an address accept a connection.

usage: python3 - ADDRESS [PORT...]      without ports: all 65535
"""

import errno
import json
import multiprocessing
import select
import socket
import sys
import time
from concurrent.futures import ProcessPoolExecutor

# A process may have so many sockets everywhere.
AT_ONCE = 16_384
# A firewall does not answer. In this time the kernel asks three times: at once, after one second and after three.
SILENCE_SECONDS = 4.5
# A port that answers whatever the firewall is; a network that has just come up may lose the first packets.
SURE_PORT = 22
READY_SECONDS = 30


def open_ports(address: str, ports: range | list[int]) -> list[int]:
    """Those that accept a connection, all asked at once."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    poll = select.poll()
    asked: dict[int, tuple[socket.socket, int]] = {}
    for port in ports:
        one = socket.socket(family, socket.SOCK_STREAM)
        one.setblocking(False)
        if one.connect_ex((address, port)) in (0, errno.EINPROGRESS):
            poll.register(one, select.POLLOUT)
            asked[one.fileno()] = (one, port)
    found = []
    end = time.monotonic() + SILENCE_SECONDS
    while asked and (left := end - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1000):
            poll.unregister(number)
            one, port = asked.pop(number)
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.append(port)
            one.close()
    return found


def wait_for_network(address: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while not open_ports(address, [SURE_PORT]):
        if time.monotonic() > end:
            sys.exit(f"{address} does not answer on port {SURE_PORT}")


def main(address: str, *named: str) -> None:
    ports = [int(port) for port in named] or range(1, 65_536)
    wait_for_network(address)
    parts = [ports[start : start + AT_ONCE] for start in range(0, len(ports), AT_ONCE)]
    with ProcessPoolExecutor(len(parts), multiprocessing.get_context("fork")) as processes:
        found = processes.map(open_ports, [address] * len(parts), parts)
        print(json.dumps(sorted(port for part in found for port in part)))


main(*sys.argv[1:])
