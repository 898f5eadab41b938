//! The program, started as a user, a test tool or an agent would start it.

mod program {
    //! One file for each thing that somebody wants from it.
    mod chaostoolkit;
    mod code;
    mod command_line;
    mod curl;
    mod demo;
    mod endings;
    mod flags;
    mod html_report;
    mod mappings;
    mod models;
    mod openapi_real;
    mod postgres;
    mod python;
    mod redis;
    mod review;
    mod reviews;
    mod scenario_cli;
    mod scenarios;
    mod start_up;
    mod tour;
    mod trouble;
    mod verify;
    mod websocket;
}
