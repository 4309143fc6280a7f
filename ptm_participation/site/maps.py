"""What maps are made of: the outlines of the Comuni, and the pictures of a map's sheets."""

from typing import Any

from flask import Response

from ptm_participation.accounts.access import public
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.audit import canonical_json
from ptm_participation.core.downloads import download
from ptm_participation.core.storage import files
from ptm_participation.plan import map_queries
from ptm_participation.site.views import bp, shareable
from ptm_participation.territory import places


@bp.route("/piano/fogli/<int:sheet_id>/immagine")
@public
def sheet_picture(sheet_id: int) -> Any:
    """The picture of a sheet, shown within our pages and nowhere else."""
    found = map_queries.get_sheet(sheet_id, seen_by=signed_in_user())
    answer = Response(files().read(found.picture_sha256), mimetype=found.picture.media_type)
    answer.content_length = found.picture.size
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@bp.route("/piano/fogli/<int:sheet_id>/originale")
@public
def sheet_original(sheet_id: int) -> Any:
    found = map_queries.get_sheet(sheet_id, seen_by=signed_in_user())
    return download(found.original, found.original_name)


@bp.route("/comuni.geojson")
@public
def boundaries() -> Any:
    """The outlines of the Comuni, on which places are shown and marked."""
    shareable()
    features = ",".join(
        f'{{"type":"Feature","properties":{canonical_json({"istat": istat, "name": name})},'
        f'"geometry":{boundary}}}'
        for istat, name, boundary in places.boundaries()
    )
    collection = f'{{"type":"FeatureCollection","features":[{features}]}}'
    return Response(collection, content_type="application/geo+json")
