"""Files that somebody sent, given back: always to be saved, never shown within the site."""

from flask import Response

from ptm_participation.core.storage import StoredFile, files


def download(file: StoredFile, name: str) -> Response:
    """The file's bytes as a download of that name, which no browser runs or shows in place."""
    answer = Response(files().read(file.sha256), mimetype=file.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.content_length = file.size
    return answer
