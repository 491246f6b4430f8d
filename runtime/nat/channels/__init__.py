"""How an event reaches a person: pushed over a WebSocket, or tailed from the log over Server-Sent Events."""
