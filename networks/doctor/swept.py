"""Whether what a sweep would train can be trained."""

from __future__ import annotations

from networks.core.finding import blocking
from networks.core.message import Message, UserError, message
from networks.doctor.findings import findings
from networks.project.project import Project


def refuse_untrainable(words: str | Message, project: Project) -> None:
    """Raises UserError where something stands in the way; `words` say which values the project has."""
    if in_the_way := blocking(findings(project)):
        raise UserError(
            message(
                "With {words} the project cannot be trained: {reason}",
                words=words,
                reason=in_the_way[0].sentence,
            )
        )
