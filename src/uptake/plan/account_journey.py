"""The journey of accounts: where the CRM says how far they are, and where use and contracts do."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from uptake.plan.problems import Problem, Problems, refuse, shown
from uptake.plan.section import Section
from uptake.plan.words import Name, Text

OPPORTUNITIES = "opportunities"
CRM_STEPS = ("awareness", "interest", "evaluation")


def _crm(value: object) -> str:
    if isinstance(value, str) and (value == OPPORTUNITIES or value.startswith("account.")):
        return value
    raise refuse(f"is {shown(value)}", OPPORTUNITIES, "account.ATTRIBUTE")


Stages = tuple[Text, ...]


class Journey(Section):
    """How far accounts are: awareness, interest, evaluation, test, adoption, renewal, expansion.

    The CRM's stage tells the first three, use the next two, contracts the last two. Use never moves the CRM's stage.

    Args:
        crm: Where the stage stands: `opportunities`, or an attribute such as `account.stage`.
        awareness: Stages that mean it; none: the step is left out.
        interest: Likewise.
        evaluation: Likewise.
        test: The milestone of the plan that begins the test; the first active day, if not given.
        adoption: The milestone that is adoption; if not given, that enough of its people have adopted.
        adopted_share: So large a share of an account's people has to have adopted.
        owner: The attribute of accounts that names who looks after them.
    """

    crm: Annotated[str, BeforeValidator(_crm)] = OPPORTUNITIES
    awareness: Stages = ()
    interest: Stages = ()
    evaluation: Stages = ()
    test: Name | None = None
    adoption: Name | None = None
    adopted_share: Annotated[float, Field(gt=0, le=1, strict=False)] = 0.25
    owner: Text = Field(default="owner")

    @model_validator(mode="after")
    def _a_stage_means_one_step(self) -> Self:
        first: dict[str, str] = {}
        problems = []
        for step in CRM_STEPS:
            for position, stage in enumerate(getattr(self, step)):
                if first.setdefault(stage, step) != step:
                    problems.append(Problem((step, position), f"is {shown(stage)}, as under {first[stage]}"))
        if problems:
            raise Problems(*problems)
        return self
