"""A stand-in for NationBuilder: the whole V2 API, OAuth and two seeded nations on loopback.

`python -m local.nationbuilder --port N` runs it; `local.nationbuilder.server.running_nationbuilder` runs it
inside a test. README.md says what is emulated and what is inferred.
"""
