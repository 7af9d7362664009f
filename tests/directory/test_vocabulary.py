"""Words a question may use: attributes that are chosen from, and those that are not."""

from __future__ import annotations

import pyarrow as pa

import uptake
from uptake.directory.vocabulary import vocabulary


def test_attributes_of_few_words_are_chosen_from_and_numbers_are_not(workspace: uptake.Workspace) -> None:
    rows = {
        "account_id": ["a1", "a2", "a3", "a4"],
        "plan": ["Pro", "Free", "Pro", "Free"],
        "mrr": [90.5, 1200, 90.5, None],
        "zip": ["0815", "10115", "0815", "none"],
        "beta": [True, False, True, False],
    }
    workspace.import_rows(pa.table(rows), "accounts")
    found = workspace.read(lambda cursor: vocabulary(cursor, workspace.plan))
    assert found.values == {
        "account.beta": ("false", "true"),
        "account.plan": ("Free", "Pro"),
        "account.zip": ("0815", "10115", "none"),
    }
    assert "account.mrr" in found.attributes
