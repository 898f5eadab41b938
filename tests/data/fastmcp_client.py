"""Lists and calls tools of `fault agent tool` with FastMCP; says what came back as JSON."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.exceptions import ToolError

config = {"mcpServers": {"fault": {"command": sys.argv[1], "args": ["agent", "tool"]}}}


async def main():
    async with Client(config) as client:
        tools = await client.list_tools()
        faults = [{"type": "latency", "mean": 300}]
        started = await client.call_tool("fault_start_proxy", {"faults": faults})
        proxy = started.structured_content
        listed = await client.call_tool("fault_list_proxies", {})
        await client.call_tool("fault_stop_proxy", {"proxy_id": proxy["proxy_id"]})
        try:
            await client.call_tool("fault_stop_proxy", {"proxy_id": "nobody"})
            error = None
        except ToolError as refused:
            error = str(refused)
        print(
            json.dumps(
                {
                    "tools": len(tools),
                    "text": started.content[0].text,
                    "listed": len(listed.structured_content["proxies"]),
                    "error": error,
                }
            )
        )


asyncio.run(main())
