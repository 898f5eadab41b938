//! Reviews: what results of scenarios and source code say together, and what a model makes of it.
//!
//! [`figures`] computes every table from the results, and [`source`] finds what is at risk in the
//! code and which function answers which endpoint. [`rules`] draws from both a [`draft`] of the
//! review, in which each statement names its evidence; [`model`] puts what a model answers into its
//! place, once its evidence is checked. [`report`] and [`code_report`] write it down.

pub(crate) mod anchors;
pub(crate) mod answer;
pub(crate) mod code_report;
pub(crate) mod diffs;
pub(crate) mod draft;
pub(crate) mod evidence;
pub(crate) mod figures;
pub(crate) mod input;
pub(crate) mod knowledge;
pub(crate) mod link;
pub(crate) mod material;
pub(crate) mod model;
pub(crate) mod numbers;
pub(crate) mod operation;
pub(crate) mod pieces;
pub(crate) mod report;
pub(crate) mod routes;
pub(crate) mod rules;
pub(crate) mod source;
pub(crate) mod summary;
pub(crate) mod tables;
#[cfg(test)]
pub(crate) mod test_ground;
