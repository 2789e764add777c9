"""A chat model, where one is set: any that LangChain's ``init_chat_model`` knows. Imported only then."""

from typing import Any

from ingest.errors import ModelError, UsageError
from ingest.settings import Settings

SECONDS = 60
# What reading stops an answer that never ends: tokens of the reply.
LONGEST_REPLY = 2000


class ChatModel:
    """A configured chat model: ``PROVIDER:NAME``, as in ``ollama:llama3.2`` or ``openai:gpt-4o-mini``.

    :raises UsageError: the setting has another form, or the provider's package is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.model
        if ":" not in self.name:
            raise UsageError(f"VRAAGBAAK_MODEL is {self.name!r}, not PROVIDER:NAME (ollama:llama3.2, openai:NAME)")
        from langchain.chat_models import init_chat_model

        given: dict[str, Any] = {"temperature": 0}
        if settings.model_base_url:
            given["base_url"] = settings.model_base_url
        if not self.name.startswith("ollama:"):
            given |= {"timeout": SECONDS, "max_retries": 1, "max_tokens": LONGEST_REPLY}
            if settings.model_api_key:
                given["api_key"] = settings.model_api_key.get_secret_value()
        try:
            self.model: Any = init_chat_model(self.name, **given)
        except ImportError as error:
            extra = self.name.split(":", 1)[0]
            raise UsageError(f"{self.name!r} needs another package: pip install 'vraagbaak[{extra}]'") from error
        except Exception as error:  # each provider raises its own type for a wrong name or a missing key
            raise UsageError(f"VRAAGBAAK_MODEL {self.name!r} cannot be used: {_one_line(error)}") from error

    def reply(self, messages: list[tuple[str, str]]) -> str:
        """Return what the model says.

        :raises ModelError: it does not answer, or not with text.
        """
        try:
            content = self.model.invoke(messages).content
        except Exception as error:  # httpx, openai and ollama each raise their own types
            raise ModelError(f"the model {self.name!r} did not answer: {_one_line(error)}") from error
        if not isinstance(content, str):
            raise ModelError(f"the model {self.name!r} answered with {type(content).__name__}, not with text")
        return content


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
