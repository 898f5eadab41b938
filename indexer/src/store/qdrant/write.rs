//! Writes an index, always such that it can be read.

use qdrant_client::qdrant::{
    Condition, CreateCollectionBuilder, CreateFieldIndexCollectionBuilder,
    CreateVectorNameRequestBuilder, DeletePointsBuilder, DeleteVectorNameRequestBuilder,
    DenseVectorCreationConfigBuilder, Distance, FieldType, Filter, Modifier, NamedVectors,
    PointStruct, PointVectors, SparseVectorParamsBuilder, SparseVectorsConfigBuilder, UpdateMode,
    UpdatePointVectorsBuilder, UpsertPointsBuilder, Vector, Vectors, vectors::VectorsOptions,
    vectors_config::Config,
};

use super::{
    link::Link,
    read::{any_meta, foreign, meta, those_there},
    record::{
        FileRecord, Meta, PATH, RECORD, REVISION, Record, TEXT, WORDS, chunk_points, vector_name,
    },
};
use crate::store::{IndexedFile, StoreError, VERSION};

/// The most chunks that are written at once: a few megabytes.
const BATCH: usize = 256;

/// How often vectors are written again because chunks went meanwhile.
const ATTEMPTS: usize = 8;

pub(super) fn files(link: &Link, gone: &[String], new: &[IndexedFile]) -> Result<(), StoreError> {
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    ready(link)?;
    for gone in gone.chunks(BATCH) {
        // Files and chunks go in one step, so there are never chunks of no file.
        let of_them = Filter::must([Condition::matches(PATH, gone.to_vec())]);
        delete(link, of_them)?;
    }
    let mut rest = new;
    while !rest.is_empty() {
        let (some, others) = rest.split_at(how_many(rest));
        put(link, some)?;
        rest = others;
    }
    Ok(())
}

/// How many files to write at once: as many as have few enough chunks, and at least one.
fn how_many(files: &[IndexedFile]) -> usize {
    let mut chunks = 0;
    let fits = |file: &&IndexedFile| {
        chunks += file.chunks.len().max(1);
        chunks <= BATCH
    };
    files.iter().take_while(fits).count().max(1)
}

/// Writes files. The order makes it safe to be killed: see the head of `qdrant.rs`.
fn put(link: &Link, files: &[IndexedFile]) -> Result<(), StoreError> {
    let records: Vec<FileRecord> = files.iter().map(FileRecord::of).collect();
    let mut points: Vec<PointStruct> =
        files.iter().zip(&records).flat_map(|(file, record)| chunk_points(file, record)).collect();
    while !points.is_empty() {
        let rest = points.split_off(points.len().min(BATCH));
        upsert(link, points, UpdateMode::Upsert)?;
        points = rest;
    }
    upsert(link, records.iter().map(FileRecord::point).collect(), UpdateMode::Upsert)?;

    let (paths, revisions): (Vec<_>, Vec<_>) =
        records.into_iter().map(|record| (record.path, record.current)).unzip();
    delete(
        link,
        Filter {
            must: vec![
                Condition::matches(RECORD, Record::Chunk.name().to_owned()),
                Condition::matches(PATH, paths),
            ],
            must_not: vec![Condition::matches(REVISION, revisions)],
            ..Filter::default()
        },
    )
}

/// Makes this the embedder, and says what its vectors are called.
pub(super) fn embedder(link: &Link, name: &str, dimension: usize) -> Result<String, StoreError> {
    let before = ready(link)?;
    let now = Meta { version: VERSION, embedder: Some(name.to_owned()), dimension };
    let vector_name = vector_name(name, dimension);
    // The new vector first, then the word that it is the one, and only then the others go.
    let dense = DenseVectorCreationConfigBuilder::new(dimension as u64, Distance::Cosine);
    let create = CreateVectorNameRequestBuilder::new(&link.collection, &vector_name, dense);
    link.wait(link.client.create_vector_name(create.wait(true)))?;
    if before != now {
        upsert(link, vec![now.point()], UpdateMode::Upsert)?;
    }
    for other in vector_names(link)?.into_iter().filter(|other| *other != vector_name) {
        let delete = DeleteVectorNameRequestBuilder::new(&link.collection, other);
        link.wait(link.client.delete_vector_name(delete.wait(true)))?;
    }
    Ok(vector_name)
}

/// The dense vectors that the points of the collection can have.
fn vector_names(link: &Link) -> Result<Vec<String>, StoreError> {
    let info = link.wait(link.client.collection_info(&link.collection))?;
    let config = info.result.and_then(|info| info.config).and_then(|config| config.params);
    let dense = config.and_then(|params| params.vectors_config).and_then(|dense| dense.config);
    let Some(Config::ParamsMap(dense)) = dense else {
        return Ok(Vec::new());
    };
    Ok(dense.map.into_keys().filter(|name| name.starts_with(TEXT)).collect())
}

/// Writes vectors that are called `own`, or as those of the index if nothing is said.
pub(super) fn vectors(
    link: &Link,
    own: Option<&str>,
    vectors: &[(u64, Vec<f32>)],
) -> Result<(), StoreError> {
    if vectors.is_empty() {
        return Ok(());
    }
    let meta = meta(link)?.unwrap_or_default();
    let name = match meta.vector_name() {
        Some(name) if own.is_none_or(|own| own == name) => name,
        _ => return Err(other_embedder(link, meta.embedder.as_deref())),
    };
    for vectors in vectors.chunks(BATCH) {
        put_vectors(link, &name, vectors)?;
    }
    Ok(())
}

/// Writes the vectors of those chunks that are there.
///
/// Qdrant wants all of them to be there, and may have written any part of the vectors when it finds
/// that one is not. So it is asked before, and again should a chunk go in between.
fn put_vectors(link: &Link, name: &str, vectors: &[(u64, Vec<f32>)]) -> Result<(), StoreError> {
    for _ in 0..ATTEMPTS {
        let ids: Vec<u64> = vectors.iter().map(|(id, _)| *id).collect();
        let there = those_there(link, &ids)?;
        let vectors = vectors.iter().filter(|(id, _)| there.contains(id));
        let points: Vec<_> = vectors.map(|(id, vector)| of_chunk(*id, name, vector)).collect();
        if points.is_empty() {
            return Ok(());
        }
        let update = UpdatePointVectorsBuilder::new(&link.collection, points).wait(true);
        if link.wait_for_any(link.client.update_vectors(update))?.is_some() {
            return Ok(());
        }
    }
    Err(link.error("changes faster than vectors can be written", "try again when it is quiet"))
}

/// Vectors of one embedder among those of another one would be found where they do not belong.
fn other_embedder(link: &Link, other: Option<&str>) -> StoreError {
    let other = other.unwrap_or("nothing");
    StoreError {
        code: "embedder_changed",
        message: format!(
            "another process made {other} the embedder of the collection {} of Qdrant",
            link.collection
        ),
        hint: "decide for one embedder, and run `fault index DIR` with it".to_owned(),
    }
}

fn of_chunk(id: u64, name: &str, vector: &[f32]) -> PointVectors {
    let vectors = NamedVectors::default().add_vector(name, Vector::new_dense(vector.to_vec()));
    let vectors = Vectors { vectors_options: Some(VectorsOptions::Vectors(vectors)) };
    PointVectors { id: Some(id.into()), vectors: Some(vectors) }
}

pub(super) fn clear(link: &Link) -> Result<(), StoreError> {
    // A damaged or another version's index may go, but not what somebody else keeps there.
    let ours = match any_meta(link) {
        Ok(meta) => meta.is_some(),
        Err(error) if error.code == "index_damaged" => true,
        Err(error) => return Err(error),
    };
    if ours || is_there(link)? {
        link.wait_for_any(link.client.delete_collection(&link.collection))?;
    }
    Ok(())
}

/// Makes the collection if it is not there yet, and says what the index is.
fn ready(link: &Link) -> Result<Meta, StoreError> {
    if let Some(meta) = meta(link)? {
        return Ok(meta);
    }
    if !is_there(link)? {
        create(link)?;
    }
    for field in [RECORD, PATH, REVISION] {
        let index =
            CreateFieldIndexCollectionBuilder::new(&link.collection, field, FieldType::Keyword);
        link.wait(link.client.create_field_index(index.wait(true)))?;
    }
    // Another process may have been faster, and gone further.
    let first = Meta { version: VERSION, ..Meta::default() };
    upsert(link, vec![first.point()], UpdateMode::InsertOnly)?;
    Ok(meta(link)?.unwrap_or(first))
}

fn create(link: &Link) -> Result<(), StoreError> {
    let words = SparseVectorParamsBuilder::default().modifier(Modifier::Idf);
    let mut sparse = SparseVectorsConfigBuilder::default();
    sparse.add_named_vector_params(WORDS, words);
    let create = CreateCollectionBuilder::new(&link.collection).sparse_vectors_config(sparse);
    match link.wait(link.client.create_collection(create)) {
        // Another process was faster.
        Err(_) if is_there(link)? => Ok(()),
        made => made.map(|_| ()),
    }
}

/// Whether the collection is there; an error if it belongs to somebody else.
fn is_there(link: &Link) -> Result<bool, StoreError> {
    if !link.wait(link.client.collection_exists(&link.collection))? {
        return Ok(false);
    }
    let Some(info) = link.wait_for_any(link.client.collection_info(&link.collection))? else {
        return Ok(false);
    };
    let info = info.result.unwrap_or_default();
    let is_empty = info.points_count.unwrap_or_default() == 0;
    let params = info.config.and_then(|config| config.params);
    let sparse = params.and_then(|params| params.sparse_vectors_config);
    let has_words = sparse.is_some_and(|sparse| sparse.map.contains_key(WORDS));
    // The first point says whose it is, but whoever made the collection may have come no further.
    if has_words && (is_empty || any_meta(link)?.is_some()) {
        return Ok(true);
    }
    Err(foreign(link))
}

fn upsert(link: &Link, points: Vec<PointStruct>, mode: UpdateMode) -> Result<(), StoreError> {
    let upsert = UpsertPointsBuilder::new(&link.collection, points).update_mode(mode).wait(true);
    link.wait(link.client.upsert_points(upsert)).map(|_| ())
}

fn delete(link: &Link, which: Filter) -> Result<(), StoreError> {
    let delete = DeletePointsBuilder::new(&link.collection).points(which).wait(true);
    link.wait(link.client.delete_points(delete)).map(|_| ())
}
