"""Indexes, lists and extracts code through `fault agent tool`, as the documentation shows it.

Says what came back as JSON, whichever generation of FastMCP runs it.
"""

import asyncio
import json
import sys
from pathlib import Path

from fastmcp import Client

program, source_dir, log_file = sys.argv[1:]
config = {
    "mcpServers": {
        "local": {
            "command": program,
            "args": ["--log-file", log_file, "--log-level", "debug"]
            + ["agent", "tool", "--root", source_dir],
            "env": {"OPENAI_API_KEY": "sk-not-a-real-one"},
        }
    }
}


async def main():
    code_file = str(Path(source_dir) / "orders.py")
    calls = [
        ("fault_index_source_code", {"source_dir": source_dir, "lang": "python"}),
        ("fault_list_function_names", {"file": code_file}),
        ("fault_extract_code_block", {"file": code_file, "func": "Orders.place"}),
    ]
    async with Client(config) as client:
        said = {}
        for name, arguments in calls:
            p = await client.call_tool(name, arguments)
            said[name] = {"text": p.content[0].text, "structured": p.structured_content}
        print(json.dumps(said))


asyncio.run(main())
