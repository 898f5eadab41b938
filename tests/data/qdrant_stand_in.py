"""Qdrant's own protocol and local engine as a server, for tests where no Qdrant can be had.

The messages, their converters and the engine are those of the package `qdrant-client`, so what a
test sees is the vendor's reading of the protocol and not ours. Nothing is kept on disk.

It prints its port, and then obeys lines on its standard input, answering each with `ok`:
`writes N` lets N more requests through that change something and refuses those after them, as if
whoever sent them had been killed there; `key KEY` lets in only who has that key; `key` anybody.
"""

import sys
import warnings
from concurrent import futures

import grpc
from qdrant_client import QdrantClient, models
from qdrant_client import grpc as q
from qdrant_client.conversions.conversion import GrpcToRest as rest
from qdrant_client.conversions.conversion import RestToGrpc as wire
from qdrant_client.grpc import collections_service_pb2_grpc as collections_service
from qdrant_client.grpc import points_service_pb2_grpc as points_service

warnings.simplefilter("ignore")
engine = QdrantClient(":memory:")
gate = {"writes": None, "key": None}
DONE = q.UpdateResult(operation_id=0, status=q.UpdateStatus.Completed)


def optional(convert, request, field):
    return convert(getattr(request, field)) if request.HasField(field) else None


def shown(request):
    """What of the points is wanted, as the engine's arguments."""
    return {
        "with_payload": optional(rest.convert_with_payload_selector, request, "with_payload") or False,
        "with_vectors": optional(rest.convert_with_vectors_selector, request, "with_vectors") or False,
    }


def record(point):
    # The converter wants a payload, also where none was asked for.
    point.payload = point.payload or {}
    return wire.convert_record(point)


class Collections:
    def CollectionExists(self, request):
        exists = engine.collection_exists(request.collection_name)
        return q.CollectionExistsResponse(result=q.CollectionExists(exists=exists))

    def Get(self, request):
        info = engine.get_collection(request.collection_name)
        return q.GetCollectionInfoResponse(result=wire.convert_collection_info(info))

    def Create(self, request):
        sparse = optional(rest.convert_sparse_vector_config, request, "sparse_vectors_config")
        dense = optional(rest.convert_vectors_config, request, "vectors_config")
        engine.create_collection(request.collection_name, dense or {}, sparse)
        return q.CollectionOperationResponse(result=True)

    def Delete(self, request):
        deleted = engine.delete_collection(request.collection_name)
        return q.CollectionOperationResponse(result=bool(deleted))


class Points:
    def Get(self, request):
        ids = [rest.convert_point_id(id) for id in request.ids]
        points = engine.retrieve(request.collection_name, ids, **shown(request))
        return q.GetResponse(result=[record(point) for point in points])

    def Scroll(self, request):
        points, following = engine.scroll(
            request.collection_name,
            optional(rest.convert_filter, request, "filter"),
            limit=request.limit or 10,
            offset=optional(rest.convert_point_id, request, "offset"),
            **shown(request),
        )
        following = None if following is None else wire.convert_extended_point_id(following)
        return q.ScrollResponse(
            next_page_offset=following,
            result=[record(point) for point in points],
        )

    def Query(self, request):
        found = engine.query_points(
            request.collection_name,
            optional(rest.convert_query, request, "query"),
            using=request.using or None,
            query_filter=optional(rest.convert_filter, request, "filter"),
            limit=request.limit or 10,
            **shown(request),
        )
        return q.QueryResponse(result=[wire.convert_scored_point(point) for point in found.points])

    def Facet(self, request):
        counts = engine.facet(
            request.collection_name,
            request.key,
            optional(rest.convert_filter, request, "filter"),
            limit=request.limit or 10,
        )
        return q.FacetResponse(hits=[wire.convert_facet_value_hit(hit) for hit in counts.hits])

    def Upsert(self, request):
        points = [rest.convert_point_struct(point) for point in request.points]
        mode = optional(rest.convert_update_mode, request, "update_mode")
        engine.upsert(request.collection_name, points, update_mode=mode)
        return q.PointsOperationResponse(result=DONE)

    def UpdateVectors(self, request):
        points = [rest.convert_point_vectors(point) for point in request.points]
        # The engine writes the vectors of the points that are there, whatever is missing. The server
        # does that for some of them only: it works in parts, and stops after the first that fails.
        ids = [point.id for point in points]
        there = {point.id for point in engine.retrieve(request.collection_name, ids, False)}
        missing = [id for id in ids if id not in there]
        if missing:
            raise KeyError(missing[0])
        engine.update_vectors(request.collection_name, points)
        return q.PointsOperationResponse(result=DONE)

    def Delete(self, request):
        engine.delete(request.collection_name, rest.convert_points_selector(request.points))
        return q.PointsOperationResponse(result=DONE)

    def CreateFieldIndex(self, request):
        # The engine has no indexes of payloads; the server wants them for facets.
        engine.get_collection(request.collection_name)
        return q.PointsOperationResponse(result=DONE)

    def CreateVectorName(self, request):
        dense = request.dense_config
        config = models.DenseVectorNameConfig(
            dense=models.DenseVectorConfig(
                size=dense.size, distance=rest.convert_distance(dense.distance)
            )
        )
        engine.create_vector_name(request.collection_name, request.vector_name, config)
        return q.PointsOperationResponse(result=DONE)

    def DeleteVectorName(self, request):
        engine.delete_vector_name(request.collection_name, request.vector_name)
        return q.PointsOperationResponse(result=DONE)


READS = {"CollectionExists", "Get", "Scroll", "Query", "Facet"}


def served(service, name):
    """A method as the server calls it: behind the gate, and with the server's codes."""

    def answer(_self, request, context):
        key = dict(context.invocation_metadata()).get("api-key")
        if gate["key"] not in (None, key):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Must provide an API key")
        if name not in READS and gate["writes"] is not None:
            if gate["writes"] == 0:
                context.abort(grpc.StatusCode.ABORTED, "no more writes")
            gate["writes"] -= 1
        try:
            return getattr(service, name)(service, request)
        except KeyError as error:
            missing = f"Not found: No point with id {error.args[0]} found"
            context.abort(grpc.StatusCode.NOT_FOUND, missing)
        except ValueError as error:
            if "not found" in str(error):
                text = f"Not found: Collection `{request.collection_name}` doesn't exist!"
                context.abort(grpc.StatusCode.NOT_FOUND, text)
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"Wrong input: {error}")

    return answer


def servicer(base, service):
    names = [name for name in vars(service) if not name.startswith("_")]
    return type(base.__name__, (base,), {name: served(service, name) for name in names})()


def main():
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1), options=unlimited)
    points = servicer(points_service.PointsServicer, Points)
    points_service.add_PointsServicer_to_server(points, server)
    collections = servicer(collections_service.CollectionsServicer, Collections)
    collections_service.add_CollectionsServicer_to_server(collections, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    for line in sys.stdin:
        name, _, value = line.strip().partition(" ")
        gate[name] = (int(value) if name == "writes" else value) if value else None
        print("ok", flush=True)
    # Whoever started it is gone.
    server.stop(None)


main()
