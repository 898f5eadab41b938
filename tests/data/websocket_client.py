"""Has three messages echoed by a WebSocket server, through an HTTP proxy if one is given."""

import json
import sys
import time

from websockets.sync.client import connect

url, proxy = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
began = time.monotonic()
with connect(url, proxy=proxy) as socket:
    echoed = []
    for message in ["one", b"\x00\xff", "x" * 70000]:
        socket.send(message)
        echoed.append(socket.recv() == message)
print(json.dumps({"echoed": echoed, "seconds": time.monotonic() - began}))
