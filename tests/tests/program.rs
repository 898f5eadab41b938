//! The program, started as a user, a test tool or an agent would start it.

mod program {
    //! One file for each thing that somebody wants from it.
    mod command_line;
    mod demo;
    mod endings;
    mod flags;
    mod mappings;
    mod start_up;
    mod tour;
}
