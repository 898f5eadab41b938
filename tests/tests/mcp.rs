//! The MCP server, as the hosts of agents start it.

mod mcp {
    //! One file for each thing that a host relies on.
    mod budget;
    mod catalogue;
    mod end_to_end;
    mod endings;
    mod eras;
    mod fastmcp;
    mod parity;
    mod scenarios;
}
