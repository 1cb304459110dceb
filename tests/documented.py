"""The contract as a witness: every answer that any test sees has to stand in OpenAPI under its operation."""

import re
from typing import Any

import httpx


class Documented:
    """Looks at answers as a response hook of httpx; `document` is OpenAPI as Python's own types."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._paths = {
            template: re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))) for template in document["paths"]
        }

    async def __call__(self, response: httpx.Response) -> None:
        """Fails the test whose answer is not documented."""
        await response.aread()
        complaint = self.complaint(response)
        assert complaint is None, complaint

    def complaint(self, response: httpx.Response) -> str | None:
        """What the contract does not say about this answer, None where it says it all."""
        described = self._operation(response.request.method.lower(), response.request.url.path)
        if described is None:
            return None
        name, status = described["operationId"], str(response.status_code)
        if status not in described["responses"]:
            return f"{name} answered {status}, which is not documented: {response.text}"
        if response.is_success or response.status_code == 304:
            return None
        code = response.json()["code"]
        if code not in self._codes(described["responses"][status]):
            return f"{name} refused with {code}, which is not documented"
        return None

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation at an address; of several templates that fit, the one with the fewest parameters."""
        fitting = [template for template, pattern in self._paths.items() if pattern.fullmatch(path)]
        methods = self._document["paths"][min(fitting, key=lambda template: template.count("{"))] if fitting else {}
        described: dict[str, Any] | None = methods.get(method)
        return described

    def _codes(self, answer: dict[str, Any]) -> set[str]:
        if "$ref" in answer:
            answer = self._document["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
        return set(answer["content"]["application/problem+json"]["examples"])
