"""The description of the interface (OpenAPI 3.1), made of the endpoints and their shapes."""

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from eachchild.web.api.shapes import Failed

VERSION = "1.0.0"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a request may say; `least` and `most` make it a whole number."""

    name: str
    about: str
    where: str = "query"
    least: int | None = None
    most: int | None = None
    usual: int | None = None
    is_id: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """What may stand there."""
        if self.is_id:
            return {"type": "string", "format": "uuid"}
        if self.least is None:
            return {"type": "string", "maxLength": _MOST_TEXT}
        return {"type": "integer", "minimum": self.least, "maximum": self.most,
                "default": self.usual}  # fmt: skip

    def read(self, text: str) -> str | int | None:
        """What was said; None where it is not what may stand there.

        >>> Parameter("page", "", least=1, most=9).read("12") is None
        True
        """
        if self.least is None:
            return text if len(text) <= _MOST_TEXT else None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            return None
        return int(text) if self.least <= int(text) <= (self.most or 0) else None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address, what it may be asked, and the shape of its answer; None: the bytes of a file."""

    path: str
    name: str
    about: str
    answer: type | None
    view: Callable[..., Any]
    parameters: tuple[Parameter, ...] = ()


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole description."""
    told = tuple(endpoints)
    schemas: dict[str, Any] = {}
    _schema(Failed, schemas)
    paths = {one.path: {"get": _operation(one, schemas)} for one in told}
    return {
        "openapi": "3.1.0",
        "x-audience": "public",
        "info": {
            "title": "EachChild", "version": VERSION,
            "description": "Findings, measures and bundles of one organization, for one audience. "
            "It only reads. A token is made on the platform's page of tokens.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def _operation(one: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    content = (
        {"application/json": {"schema": _schema(one.answer, schemas)}} if one.answer
        else {"application/octet-stream": {"schema": {}}}
    )  # fmt: skip
    failed = {"application/json": {"schema": {"$ref": "#/components/schemas/Failed"}}}
    answers = {"400": "A parameter is not what it may be.", "401": "No token that is open.",
               "403": "The token's maker may no longer take files away.",
               "404": "There is no such thing for this token."}  # fmt: skip
    return {
        "operationId": one.name,
        "summary": one.about,
        "parameters": [
            {"name": p.name, "in": p.where, "required": p.where == "path", "description": p.about,
             "schema": p.schema}
            for p in one.parameters
        ],
        "responses": {
            "200": {"description": one.about, "content": content},
            **{code: {"description": why, "content": failed} for code, why in answers.items()},
        },
    }  # fmt: skip


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of a type; of a dataclass a reference, its own schema beside the others."""
    if is_dataclass(kind):
        assert isinstance(kind, type)  # noqa: S101 - for the type checker alone
        if kind.__name__ not in schemas:
            schemas[kind.__name__] = {}
            hints = get_type_hints(kind)
            names = [field.name for field in fields(kind)]
            schemas[kind.__name__] = {
                "type": "object", "description": (kind.__doc__ or "").strip(),
                "properties": {name: _schema(hints[name], schemas) for name in names},
                "required": names, "additionalProperties": False,
            }  # fmt: skip
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0], schemas)}
    if get_origin(kind) in (Union, types.UnionType):
        (some,) = (a for a in get_args(kind) if a is not type(None))
        return {"type": [_PLAIN[some], "null"]}
    return {"type": _PLAIN[kind]}
