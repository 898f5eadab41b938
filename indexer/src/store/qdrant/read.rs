//! Reads an index: what is there, and what is found.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap, HashSet},
};

use qdrant_client::qdrant::{
    Condition, FacetCountsBuilder, Filter, GetPointsBuilder, PointId, Query, QueryPointsBuilder,
    RetrievedPoint, ScrollPointsBuilder, Value, VectorInput, VectorsSelector, facet_value::Variant,
    point_id::PointIdOptions, vector_output, with_vectors_selector::SelectorOptions,
};
use serde::de::DeserializeOwned;

use super::{
    link::Link,
    record::{self, ChunkRecord, FileRecord, META, Meta, RECORD, Record},
    weights,
};
use crate::store::{Hit, Manifest, StoreError, VERSION};

/// How a collection is written anew.
const REBUILD: &str = "`fault index DIR --rebuild` writes it anew";

/// The most points that are asked for at once where all of them are wanted.
const PAGE: usize = 512;

/// What the index is, if there is one and it can be read.
pub(super) fn meta(link: &Link) -> Result<Option<Meta>, StoreError> {
    let Some(meta) = any_meta(link)? else {
        return Ok(None);
    };
    let (code, who, hint) = match meta.version.cmp(&VERSION) {
        Ordering::Equal => return Ok(Some(meta)),
        Ordering::Less => ("index_older", "an older fault", REBUILD.to_owned()),
        Ordering::Greater => (
            "index_newer",
            "a newer fault",
            format!("use that fault; or, with this one, {REBUILD}"),
        ),
    };
    let message = format!(
        "the index in the collection {} of Qdrant is of version {}, which {who} wrote; \
         this one knows {VERSION}",
        link.collection, meta.version
    );
    Err(StoreError { code, message, hint })
}

/// What the index is, whatever its version.
pub(super) fn any_meta(link: &Link) -> Result<Option<Meta>, StoreError> {
    let get = GetPointsBuilder::new(&link.collection, [PointId::from(META)]).with_payload(true);
    let found = link.wait_for_any(link.client.get_points(get))?;
    let Some(point) = found.and_then(|found| found.result.into_iter().next()) else {
        return Ok(None);
    };
    let is_meta = point.payload.get(RECORD).and_then(Value::as_str);
    if is_meta.is_none_or(|record| record != Record::Meta.name()) {
        return Err(foreign(link));
    }
    said(link, point.payload).map(Some)
}

/// The collection is there, and belongs to somebody else.
pub(super) fn foreign(link: &Link) -> StoreError {
    StoreError {
        code: "not_an_index",
        message: format!("the collection {} of Qdrant is not an index of fault", link.collection),
        hint: "choose another collection".to_owned(),
    }
}

pub(super) fn manifest(link: &Link) -> Result<Manifest, StoreError> {
    let Some(meta) = meta(link)? else {
        return Ok(Manifest::default());
    };
    let mut files: Vec<FileRecord> = Vec::new();
    let only_files = Filter::must([Condition::matches(RECORD, Record::File.name().to_owned())]);
    scroll(link, only_files, |point| {
        files.push(said(link, point.payload)?);
        Ok(true)
    })?;
    let chunks = count_by_revision(link, None, files.len())?;
    let vectors = match meta.vector_name() {
        Some(name) => {
            let with_vector = Filter::must([Condition::has_vector(name)]);
            count_by_revision(link, Some(with_vector), files.len())?
        }
        None => HashMap::new(),
    };
    let mut manifest = Manifest { embedder: meta.embedder, ..Manifest::default() };
    for file in files {
        let of_file = |counts: &HashMap<String, usize>| counts.get(&file.current).copied();
        // A file that has lost chunks is left out, so that it is indexed again.
        if of_file(&chunks).unwrap_or_default() == file.chunks {
            manifest.chunks += file.chunks;
            manifest.vectors += of_file(&vectors).unwrap_or_default();
            manifest.files.extend([file.mark()]);
        }
    }
    Ok(manifest)
}

/// How many chunks of each version of each file there are, of those that fit.
fn count_by_revision(
    link: &Link,
    filter: Option<Filter>,
    files: usize,
) -> Result<HashMap<String, usize>, StoreError> {
    // There are as many versions as files, and a few that nobody has deleted yet.
    let mut limit = files + PAGE;
    loop {
        let mut ask = FacetCountsBuilder::new(&link.collection, record::REVISION)
            .limit(limit as u64)
            .exact(true);
        if let Some(filter) = &filter {
            ask = ask.filter(filter.clone());
        }
        let hits = link.wait(link.client.facet(ask))?.hits;
        if hits.len() >= limit {
            limit *= 2;
            continue;
        }
        let counts = hits.into_iter().filter_map(|hit| match hit.value?.variant? {
            Variant::StringValue(revision) => Some((revision, hit.count as usize)),
            _ => None,
        });
        return Ok(counts.collect());
    }
}

pub(super) fn words(link: &Link, terms: &[String], limit: usize) -> Result<Vec<Hit>, StoreError> {
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let (words, ones) = weights::of_query(terms);
    nearest(link, &VectorInput::new_sparse(words, ones), record::WORDS, limit)
}

pub(super) fn near(
    link: &Link,
    meta: &Meta,
    vector: &[f32],
    limit: usize,
) -> Result<Vec<Hit>, StoreError> {
    match meta.vector_name() {
        Some(name) => nearest(link, &VectorInput::new_dense(vector.to_vec()), &name, limit),
        None => Ok(Vec::new()),
    }
}

/// The chunks whose vectors of this name are the nearest.
fn nearest(
    link: &Link,
    vector: &VectorInput,
    name: &str,
    limit: usize,
) -> Result<Vec<Hit>, StoreError> {
    let mut asked = limit;
    while asked > 0 {
        let ask = QueryPointsBuilder::new(&link.collection)
            .query(Query::new_nearest(vector.clone()))
            .using(name)
            .limit(asked as u64)
            .with_payload(true);
        let Some(found) = link.wait_for_any(link.client.query(ask))? else {
            break;
        };
        let found = found.result;
        let all = found.len() < asked;
        let found = found.into_iter().map(|point| {
            Ok((id(point.id), f64::from(point.score), said::<ChunkRecord>(link, point.payload)?))
        });
        let mut hits = current(link, found.collect::<Result<_, _>>()?)?;
        if all || hits.len() >= limit {
            hits.truncate(limit);
            return Ok(hits);
        }
        // Chunks of other versions took the place of some; they are few, and soon gone.
        asked *= 2;
    }
    Ok(Vec::new())
}

pub(super) fn bare(link: &Link, meta: &Meta, limit: usize) -> Result<Vec<Hit>, StoreError> {
    let mut filter = Filter::must([Condition::matches(RECORD, Record::Chunk.name().to_owned())]);
    filter.must_not.extend(meta.vector_name().map(Condition::has_vector));
    let mut hits = Vec::new();
    let mut page = Vec::new();
    if limit == 0 {
        return Ok(hits);
    }
    scroll(link, filter, |point| {
        page.push((id(point.id), 0.0, said(link, point.payload)?));
        if hits.len() + page.len() >= limit || page.len() >= PAGE {
            hits.extend(current(link, std::mem::take(&mut page))?);
        }
        Ok(hits.len() < limit)
    })?;
    hits.extend(current(link, page)?);
    Ok(hits)
}

pub(super) fn file(link: &Link, meta: &Meta, path: &str) -> Result<Vec<Hit>, StoreError> {
    let Some(file) = get::<FileRecord>(link, &[FileRecord::id(path)])?.pop() else {
        return Ok(Vec::new());
    };
    let name = meta.vector_name();
    let ids: Vec<PointId> = file.chunk_ids().map(PointId::from).collect();
    let mut chunks = Vec::new();
    for ids in ids.chunks(PAGE) {
        let mut ask = GetPointsBuilder::new(&link.collection, ids).with_payload(true);
        if let Some(name) = &name {
            let names = VectorsSelector { names: vec![name.clone()] };
            ask = ask.with_vectors(SelectorOptions::Include(names));
        }
        for point in link.wait(link.client.get_points(ask))?.result {
            let vector = name.as_ref().and_then(|name| vector(&point, name));
            let chunk: ChunkRecord = said(link, point.payload)?;
            chunks.push((chunk.at, Hit { vector, ..hit(id(point.id), 0.0, chunk) }));
        }
    }
    chunks.sort_by_key(|(at, _)| *at);
    Ok(chunks.into_iter().map(|(_, hit)| hit).collect())
}

fn vector(point: &RetrievedPoint, name: &str) -> Option<Vec<f32>> {
    match point.vectors.as_ref()?.get_vector_by_name(name)? {
        vector_output::Vector::Dense(dense) => Some(dense.data),
        _ => None,
    }
}

/// Those chunks that belong to the current versions of their files.
fn current(link: &Link, found: Vec<(u64, f64, ChunkRecord)>) -> Result<Vec<Hit>, StoreError> {
    let mut ids: Vec<u64> = found.iter().map(|(_, _, chunk)| FileRecord::id(&chunk.path)).collect();
    ids.sort_unstable();
    ids.dedup();
    let current: Vec<FileRecord> = get(link, &ids)?;
    let current: BTreeMap<String, String> =
        current.into_iter().map(|file| (file.path, file.current)).collect();
    let is_current =
        |chunk: &ChunkRecord| current.get(&chunk.path).is_some_and(|now| *now == chunk.revision);
    let found = found.into_iter().filter(|(_, _, chunk)| is_current(chunk));
    Ok(found.map(|(id, score, chunk)| hit(id, score, chunk)).collect())
}

fn hit(id: u64, score: f64, record: ChunkRecord) -> Hit {
    Hit { id, score, path: record.path, chunk: record.chunk, vector: None }
}

/// What some points say, in any order; those that are not there are passed over.
fn get<T: DeserializeOwned>(link: &Link, ids: &[u64]) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(PAGE) {
        let ids: Vec<PointId> = ids.iter().copied().map(PointId::from).collect();
        let ask = GetPointsBuilder::new(&link.collection, ids).with_payload(true);
        let points = link.wait_for_any(link.client.get_points(ask))?;
        for point in points.into_iter().flat_map(|points| points.result) {
            found.push(said(link, point.payload)?);
        }
    }
    Ok(found)
}

/// Which of some points are there.
pub(super) fn those_there(link: &Link, ids: &[u64]) -> Result<HashSet<u64>, StoreError> {
    let ids: Vec<PointId> = ids.iter().copied().map(PointId::from).collect();
    let ask = GetPointsBuilder::new(&link.collection, ids).with_payload(false);
    let points = link.wait_for_any(link.client.get_points(ask))?;
    Ok(points.into_iter().flat_map(|points| points.result).map(|point| id(point.id)).collect())
}

/// Goes through all points that fit, until told to stop.
fn scroll(
    link: &Link,
    filter: Filter,
    mut each: impl FnMut(RetrievedPoint) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut offset: Option<PointId> = None;
    loop {
        let mut ask = ScrollPointsBuilder::new(&link.collection)
            .filter(filter.clone())
            .limit(PAGE as u32)
            .with_payload(true);
        if let Some(offset) = offset {
            ask = ask.offset(offset);
        }
        let Some(page) = link.wait_for_any(link.client.scroll(ask))? else {
            return Ok(());
        };
        for point in page.result {
            if !each(point)? {
                return Ok(());
            }
        }
        offset = page.next_page_offset;
        if offset.is_none() {
            return Ok(());
        }
    }
}

fn said<T: DeserializeOwned>(link: &Link, says: HashMap<String, Value>) -> Result<T, StoreError> {
    let damaged = || StoreError {
        code: "index_damaged",
        message: format!("the index in the collection {} of Qdrant is damaged", link.collection),
        hint: REBUILD.to_owned(),
    };
    record::said(says).ok_or_else(damaged)
}

fn id(id: Option<PointId>) -> u64 {
    match id.and_then(|id| id.point_id_options) {
        Some(PointIdOptions::Num(number)) => number,
        // All points of an index have numbers.
        _ => META,
    }
}
