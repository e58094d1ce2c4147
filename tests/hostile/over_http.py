"""Send hostile requests to a running site as raw HTTP/1.1, one connection each."""

import http.client
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

from tests.hostile.cases import COURSE, CSRF, Sent
from tests.hostile.judging import Received

SECONDS = 60
PIECE = 64 * 1024


def send(site: str, sent: Sent, *, token: str, session: str, course: str) -> Received:
    """Send one request and read the answer, even one that comes before the body is through."""
    with closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=SECONDS)) as connection:
        connection.putrequest(
            sent.method,
            sent.path.replace(COURSE, course),
            skip_host="Host" in sent.headers,
            skip_accept_encoding=True,
        )
        for name, value in _headers(sent, token, session):
            connection.putheader(name, value.encode("latin-1"))
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders()
            for piece in _pieces(sent):
                connection.send(piece)
        response = connection.getresponse()
        return Received(
            response.status,
            response.headers.get_content_type(),
            response.read().decode(errors="replace"),
            response.getheader("Location", ""),
        )


def _headers(sent: Sent, token: str, session: str) -> Iterator[tuple[str, str]]:
    yield from sent.headers.items()
    if sent.body:
        yield "Content-Type", sent.content_type
        yield ("Transfer-Encoding", "chunked") if sent.chunked else ("Content-Length", str(len(sent.body)))
    if sent.who == "token":
        yield "Authorization", f"Bearer {token}"
    yield (
        "Cookie",
        f"csrftoken={CSRF}" + (f"; sessionid={session}" if sent.who in ("session", "teacher") else ""),
    )


def _pieces(sent: Sent) -> Iterator[bytes]:
    for start in range(0, len(sent.body), PIECE):
        piece = sent.body[start : start + PIECE]
        yield b"%x\r\n%s\r\n" % (len(piece), piece) if sent.chunked else piece
    if sent.chunked:
        yield b"0\r\n\r\n"
