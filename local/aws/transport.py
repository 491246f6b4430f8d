"""Loopback counts as secure transport.

Queues and buckets refuse requests without TLS (`aws:SecureTransport` false). The embedded AWS is reached over
plain HTTP on loopback, where nobody listens in between; telling policies that it is TLS lets the very same
policies be deployed as in the cloud.
"""


def install() -> None:
    """Let this process's MiniStack tell policies that every request came over TLS."""
    from ministack import app

    original = app.pin_request_origin

    def over_tls(source_ip: str, _secure_transport: bool) -> None:
        original(source_ip, True)

    app.pin_request_origin = over_tls
