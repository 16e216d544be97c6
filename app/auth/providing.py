"""The identity provider that the settings name (OpenID Connect), by Authlib: code flow, PKCE, state, nonce."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from app.config import SettingError

TIMEOUT = 10  # seconds for each request to the provider

# A signature by the provider's own key; never one by a secret that both know, never none.
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "EdDSA")

_KEPT = "hailong-provider"


class ProviderUnavailable(Exception):
    """The provider does not answer, or not as one must."""


def name() -> str:
    """How the provider is called on the button; empty where there is none."""
    config = current_app.config
    if not (config["OIDC_ISSUER"] and config["OIDC_CLIENT_ID"]):
        return ""
    return config["OIDC_NAME"] or urlsplit(config["OIDC_ISSUER"]).hostname or config["OIDC_ISSUER"]


def client() -> Any:
    """Authlib's client, with what the provider says of itself. Raises ProviderUnavailable, SettingError."""
    kept = current_app.extensions
    if _KEPT not in kept:
        kept[_KEPT] = _made()
    found = kept[_KEPT]
    try:
        said = found.load_server_metadata()
    except unreachable() as error:
        raise ProviderUnavailable(type(error).__name__) from error
    if str(said.get("issuer", "")).rstrip("/") != current_app.config["OIDC_ISSUER"]:
        del kept[_KEPT]
        raise ProviderUnavailable("the issuer is another")
    offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
    said["id_token_signing_alg_values_supported"] = [one for one in offered if one in ALGORITHMS]
    return found


def unreachable() -> tuple[type[Exception], ...]:
    """What is raised where the provider cannot be reached or makes no sense."""
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    return (OAuthError, JoseError, RequestException, ValueError, KeyError, RuntimeError)


def _made() -> Any:
    try:
        from authlib.integrations.flask_client import OAuth
    except ModuleNotFoundError:
        raise SettingError(
            "HAILONG_OIDC_ISSUER is set, but Authlib is missing: pip install 'hailong[oidc]'."
        ) from None
    config = current_app.config
    return OAuth(current_app._get_current_object()).register(  # type: ignore[attr-defined]
        "provider",
        client_id=config["OIDC_CLIENT_ID"],
        client_secret=config["OIDC_CLIENT_SECRET"] or None,
        server_metadata_url=f"{config['OIDC_ISSUER']}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
        },
    )
