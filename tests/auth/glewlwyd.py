"""A real identity provider on this machine: Debian's Glewlwyd on an SQLite file, with one client and some people.

Started once for a module. What is asked of it goes over its own HTTP interface, as its pages would.
"""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PROGRAM = shutil.which("glewlwyd")
TABLES = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
MODULES = Path("/usr/lib/glewlwyd")

CLIENT, SECRET = "hailong", "secret-of-the-client"
PASSWORD = "a password at the provider"

CONFIGURATION = """
port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="WARNING"
log_file="{folder}/glewlwyd.log"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
use_secure_connection=false
secure_connection_key_file="{folder}/none.key"
secure_connection_pem_file="{folder}/none.pem"
hash_algorithm="SHA512"
database={{ type="sqlite3"; path="{folder}/glewlwyd.db"; }};
"""


class Provider:
    """`issuer` is what the settings of Hailong name."""

    def __init__(self, port: int, back: str):
        self.port, self.back = port, back
        self.address = f"http://127.0.0.1:{port}/api"
        self.issuer = f"{self.address}/oidc"
        self.admin = requests.Session()
        self._sign_in(self.admin, "admin", "password")
        for scope in ("email", "profile"):
            self._make("scope/", {"name": scope, "display_name": scope, "password_required": False})
        self._make("mod/plugin/", self._plugin())
        client = {
            "client_id": CLIENT,
            "name": "Hailong",
            "confidential": True,
            "password": SECRET,
            "token_endpoint_auth_method": ["client_secret_basic"],
            "redirect_uri": [back],
            "authorization_type": ["code"],
            "scope": ["openid"],
            "enabled": True,
        }
        self._make("client/", client)

    def add(self, name: str, email: str, *, verified: bool = True) -> None:
        """A person with an account at the provider."""
        person = {
            "username": name,
            "name": name.title(),
            "email": email,
            "email_verified": "yes" if verified else "no",
            "password": PASSWORD,
            "scope": ["openid", "email", "profile"],
            "enabled": True,
        }
        self._make("user/", person)

    def answer(self, asked: str, name: str) -> str:
        """Whom our page has led to the provider signs in there and allows it; the address they are led back to."""
        browser = requests.Session()
        self._sign_in(browser, name, PASSWORD)
        scope = parse_qs(urlsplit(asked).query)["scope"][0]
        allowed = browser.put(f"{self.address}/auth/grant/{CLIENT}", json={"scope": scope}, timeout=10)
        assert allowed.ok, allowed.text
        # With this word its sign-in page goes on to where the person came from.
        led = browser.get(f"{asked}&g_continue", allow_redirects=False, timeout=10)
        assert led.status_code == 302, led.text
        return led.headers["Location"]

    def _sign_in(self, browser, name, password):
        said = browser.post(
            f"{self.address}/auth/", json={"username": name, "password": password}, timeout=10
        )
        assert said.ok, said.text

    def _make(self, what, document):
        said = self.admin.post(f"{self.address}/{what}", json=document, timeout=30)
        assert said.ok, f"{what}: {said.status_code} {said.text}"

    def _plugin(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        verified = {
            "name": "email_verified",
            "user-property": "email_verified",
            "type": "boolean",
            "boolean-value-true": "yes",
            "boolean-value-false": "no",
            "mandatory": True,
        }
        return {
            "module": "oidc",
            "name": "oidc",
            "display_name": "OpenID Connect",
            "parameters": {
                "iss": self.issuer,
                "jwt-type": "rsa",
                "jwt-key-size": "256",
                "key": private.decode(),
                "cert": public.decode(),
                "access-token-duration": 600,
                "refresh-token-duration": 600,
                "code-duration": 60,
                "refresh-token-rolling": True,
                "auth-type-code-enabled": True,
                "auth-type-refresh-enabled": True,
                "pkce-allowed": True,
                "pkce-required": True,
                "pkce-method-plain-allowed": False,
                "allowed-scope": ["openid", "email", "profile"],
                "jwks-show": True,
                "name-claim": "mandatory",
                "email-claim": "mandatory",
                "claims": [verified],
            },
        }


@contextmanager
def running_provider(folder: Path, back: str):
    """The provider, knowing Hailong as a client that is led back to `back`."""
    assert PROGRAM, "Run `make machine`: it installs Glewlwyd, with which these tests speak."
    port = _free_port()
    _make_database(folder / "glewlwyd.db")
    configuration = folder / "glewlwyd.conf"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder, modules=MODULES))
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "-c", str(configuration)], stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield Provider(port, back)
    finally:
        process.terminate()
        process.wait(10)


def _make_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES.read_text(encoding="utf-8"))
        (kept,) = connection.execute("SELECT gumi_parameters FROM g_user_module_instance").fetchone()
        parameters = json.loads(kept)
        parameters["data-format"]["email_verified"] = {"multiple": False, "read": True, "write": True}
        connection.execute("UPDATE g_user_module_instance SET gumi_parameters = ?", (json.dumps(parameters),))
    connection.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _wait(port: int, process: subprocess.Popen) -> None:
    for _each in range(200):
        assert process.poll() is None, "Glewlwyd ended at once."
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("Glewlwyd does not listen.")
