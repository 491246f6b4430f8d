"""Carrying jobs out."""

from collections import Counter
from dataclasses import replace

from nat.ids import NationSlug, UserId
from nat.privacy.erasure import BeingDeleted, Erasure, Unfinished
from nat.privacy.export import Export
from nat.privacy.jobs import Job, Jobs, JobState, Task
from nat.privacy.requests import running


class JobRunner:
    """Carries out one job at a time; a message that comes twice does it once."""

    def __init__(self, jobs: Jobs, export: Export, erasure: Erasure) -> None:
        self._jobs = jobs
        self._export = export
        self._erasure = erasure

    def carry_out(self, job_id: str) -> Job:
        """Do the job, or go on with it for as long as there is time. Raises `NotFound`, `BeingDeleted` and
        what storage raises; then the message is delivered again."""
        job = self._jobs.get(job_id)
        if job.state is JobState.DONE:
            return job
        if job.task in (Task.EXPORT_PERSON, Task.EXPORT_NATION):
            key, rows = (
                self._export.person(UserId(job.subject), job.id)
                if job.task is Task.EXPORT_PERSON
                else self._export.nation(NationSlug(job.subject), job.id)
            )
            return self._noted(replace(job, state=JobState.DONE, file=key, counts=rows))
        counts = Counter(job.counts)
        try:
            if job.task is Task.DELETE_NATION:
                self._erasure.nation(job, counts)
            else:
                self._erasure.person(job, counts)
        except Unfinished:
            going = self._noted(replace(running(job), counts=dict(counts)))
            self._jobs.send(job.id)
            return going
        except BeingDeleted:  # the other run notes how far it is
            raise
        except BaseException:
            self._noted(replace(running(job), counts=dict(counts)))
            raise
        return self._noted(replace(job, state=JobState.DONE, counts=dict(counts)))

    def _noted(self, job: Job) -> Job:
        self._jobs.note(job)
        return job
