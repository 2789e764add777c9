"""Settings: environment variables ``VRAAGBAAK_*`` over one optional TOML file (``VRAAGBAAK_CONFIG``)."""

import os
import re
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ingest.errors import UsageError

STATIC = "static"
PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "VRAAGBAAK_"


def _names(value: Any) -> Any:
    """Return the names in ``a, b`` as an environment variable gives them; a TOML list as it is."""
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
Networks = Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_names)]
THIS_MACHINE = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Settings(BaseSettings):
    """Where things stand and which embedder serves; the defaults work on a fresh installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    corpus: Path = PROJECT / "corpus"
    index: Path = PROJECT / ".index"
    data: Path = PROJECT / ".data"
    embedder: str = STATIC
    model: str = ""
    model_base_url: str = ""
    model_api_key: SecretStr | None = None
    model_seconds: float = Field(30, gt=0)  # how long a model may take over one answer, from the request on
    model_remote: Literal["ask", "forbid", "allow"] = "ask"  # whether questions may go to a model elsewhere
    chroma_url: str = Field("", pattern=r"^(https?://[^\s@?#]+)?$")  # a Chroma server, http(s)://HOST:PORT[/PATH]
    chroma_token: SecretStr | None = None
    chroma_token_header: Literal["Authorization", "X-Chroma-Token"] = "Authorization"
    chroma_ca: Path | None = None  # a file with the certificates that sign the server's, where it is not a known one
    chroma_tenant: str = "default_tenant"
    chroma_database: str = "default_database"
    chroma_chunk: int = Field(2**18, ge=2**10, le=2**23)  # bytes of the index in one record; servers have their limits
    host: str = "127.0.0.1"
    port: int = 8501
    base_path: str = Field("", pattern=r"^([\w-]+(/[\w-]+)*)?$")  # below which a proxy shows the chat, as in NAME
    allowed_hosts: Names = ()  # names besides localhost and ``host`` under which browsers may reach the chat
    exit_address: str = Field("", pattern=r"^(https?://\S+)?$")  # where the quick exit leads; empty: our own calculator
    managers: Names = ()  # e-mail addresses that may open the evaluation and the management; empty: everybody
    log: Path | None = None  # a file that gets the log lines of standard error too, and is turned over when full
    log_level: Literal["debug", "info", "warning", "error"] = "info"  # debug adds a line for each request
    log_megabytes: float = Field(10, gt=0)  # size at which the file is turned over
    log_files: int = Field(5, ge=1)  # how many full files are kept beside it
    metrics_from: Networks = THIS_MACHINE  # whose address may read /metrics

    @property
    def index_folder(self) -> Path:
        """Return the folder of the index: of an embedder other than the default its own, beside ``index``."""
        own = "" if self.embedder == STATIC else f"-{folder_name(self.embedder)}"
        return self.index if self.index.name.endswith(own) else self.index.with_name(self.index.name + own)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, strongest first: arguments, environment, the TOML file."""
        toml = TomlConfigSettingsSource(settings_cls, toml_file=os.environ.get(PREFIX + "CONFIG"))
        return init_settings, env_settings, toml


@cache
def settings() -> Settings:
    """Return the settings of this process.

    :raises UsageError: a value does not fit, the TOML file cannot be read or a key is unknown.
    """
    check_environment_names()
    config = os.environ.get(PREFIX + "CONFIG")
    if config and not Path(config).is_file():
        raise UsageError(f"{PREFIX}CONFIG names no file: {config!r}")
    try:
        return Settings()
    except ValidationError as error:
        first: Any = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"setting {name!r} = {first.get('input')!r}: {first['msg']}") from error
    except ValueError as error:
        raise UsageError(f"{PREFIX}CONFIG {config!r} is not valid TOML: {error}") from error


def check_environment_names() -> None:
    """Refuse a ``VRAAGBAAK_*`` variable that no setting reads: a typing error there would go unseen.

    :raises UsageError: names the variable and the known ones.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "CONFIG"}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise UsageError(f"unknown setting {name}; known are {', '.join(sorted(known))}")


def folder_name(embedder: str) -> str:
    """Return what of an embedder's name can stand in the name of its own index folder."""
    return re.sub(r"[^a-z0-9]+", "-", embedder.lower()).strip("-")[-60:]
