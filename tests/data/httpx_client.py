"""Gets a page over TLS through a CONNECT tunnel with httpx; says what came back as JSON."""

import json
import ssl
import sys
import time

import httpx

proxy, authority, url, patience = sys.argv[1:5]
context = ssl.create_default_context(cafile=authority)
began = time.monotonic()
try:
    with httpx.Client(
        proxy=proxy, verify=context, trust_env=False, timeout=float(patience)
    ) as client:
        answer = client.get(url)
    said = {"status": answer.status_code, "body": answer.text}
except httpx.HTTPError as error:
    said = {"error": type(error).__name__}
said["seconds"] = time.monotonic() - began
print(json.dumps(said))
