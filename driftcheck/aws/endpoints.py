"""Whether an endpoint is AWS itself or something that imitates it."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_aws(endpoint: str) -> bool:
    """Whether a URL is one of AWS's own endpoints, in any partition."""
    host = urlsplit(endpoint).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".aws"))
