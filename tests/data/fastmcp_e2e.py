"""Indexes a folder and asks for a better file through `fault agent tool`, with or without a model.

Says what came back as JSON, whichever generation of FastMCP runs it. What follows the folder goes to
`fault agent` before `tool`, and a key is handed on as a host would.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from fastmcp import Client

program, folder, *options = sys.argv[1:]
keys = [name for name in os.environ if name.endswith("_API_KEY")]
config = {
    "mcpServers": {
        "local": {
            "command": program,
            "args": ["agent", *options, "tool", "--root", folder],
            "env": {name: os.environ[name] for name in keys},
        }
    }
}


async def main():
    async with Client(config) as client:
        app = Path(folder) / "app"
        arguments = {"source_dir": str(app), "lang": "python"}
        indexed = await client.call_tool("fault_index_source_code", arguments)
        p = await client.call_tool(
            "fault_make_reliability_and_perf_changes", {"file": str(app / "app.py")}
        )
        text = p.content[0].text
        said = {"indexed": indexed.content[0].text, "answer": json.loads(text), "length": len(text)}
        print(json.dumps(said))


asyncio.run(main())
