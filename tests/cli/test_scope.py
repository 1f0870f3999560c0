"""Settings that mean nothing for a task are refused, whatever the setting and the task."""

from __future__ import annotations

import dataclasses

import pytest
from cli.test_settings import CHANGED

from gradus.base.errors import InputError
from gradus.cli.scope import SCOPE, check_scope, option_of
from gradus.cli.settings import Settings, option_name
from gradus.cli.tasks import TASKS

FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
CHANGED = dataclasses.replace(CHANGED, forecast=24, text=("review",), language_model=True)


def test_the_table_names_settings_and_tasks():
    assert set(SCOPE) <= set(FIELDS)
    assert {task for tasks in SCOPE.values() for task in tasks} == set(TASKS)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_is_taken_where_it_has_a_meaning_and_refused_elsewhere(name, task):
    if name == "task":
        return
    settings = Settings(**{"task": task, name: getattr(CHANGED, name)})
    if task in SCOPE.get(name, TASKS):
        check_scope(settings)
        return
    with pytest.raises(InputError) as refused:
        check_scope(settings)
    assert f"{option_name(name)} with {option_of(task)}" in str(refused.value)
    check_scope(dataclasses.replace(settings, **{name: FIELDS[name].default}))


def test_to_alter_no_images_is_no_setting():
    check_scope(Settings(task="text", augment="none"))


def test_a_slip_in_the_task_is_told_as_such(gradus, tables):
    answer = gradus("fit", tables / "sizes.csv", "--task", "predit", "--target", "size")
    assert answer.code == 2
    assert "did you mean 'predict'" in answer.err
