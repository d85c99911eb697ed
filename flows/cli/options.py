"""Command-line options made from Settings, so that a setting is declared in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from flows.errors import SettingsError
from flows.settings import Settings


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a click command the positional SEEDS and one option a field of Settings."""
    for name, field in reversed(Settings.model_fields.items()):
        if name != "seeds":
            command = _option(name, field)(command)
    return click.argument("seeds", nargs=-1)(command)


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings from the options' values (None: not given); SettingsError in one line where one is wrong."""
    given = {name: value for name, value in values.items() if value is not None and value != ()}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise SettingsError(f"{option}: {first['msg']} (it was {first['input']!r})") from None


def _option(name: str, field: FieldInfo) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flag = "--" + name.replace("_", "-")
    text = f"{field.description}  [default: {field.default}]" if field.default not in (None, "") else field.description
    if name == "fields":
        return click.option("--field", name, multiple=True, metavar="COLUMN=NAME", help=field.description)
    if field.annotation is bool:
        return click.option(flag, name, is_flag=True, default=None, help=field.description)
    return click.option(flag, name, default=None, help=text, type=_click_type(field.annotation))


def _click_type(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return click.Choice(get_args(annotation))
    return {int: click.INT, float: click.FLOAT}.get(annotation, click.STRING)
