"""What a call does to the nation's data. Apart from `nat.agent.tool`, so that gates need no pydantic."""

from enum import StrEnum


class Effect(StrEnum):
    """What a call does to the nation's data; decides who may run it and what is asked first."""

    READ = "read"
    WRITE = "write"
    BULK = "bulk"
    DESTRUCTIVE = "destructive"
