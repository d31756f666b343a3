"""Opening a store of objects by what the environment says, and what it refuses in one sentence.

S3 was tried on loopback; ``abfss`` is written from the manual.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from data_contracts.errors import SourceError
from data_contracts.profile_schema.origins.stores import StoredObjects

_CONNECT_S, _REQUEST_S, _ATTEMPTS = 3, 30, 2
# What a store says, and what to do about it; the first that fits counts.
_ADVICE: Final = {
    r"NETWORK_CONNECTION|could not connect|resolve host|timed? ?out|timeout": (
        "Check the network and {endpoint}."
    ),
    r"NO_SUCH_BUCKET|bucket does not exist": "Correct the bucket in 'path'.",
    (
        r"ACCESS_DENIED|FORBIDDEN|INVALID_ACCESS_KEY|SIGNATURE|INVALID_CLIENT_TOKEN|credential|"
        r"HTTP status 40[13]"
    ): "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the profile of AWS_PROFILE).",
}
_OTHERWISE: Final = "Try the same path with the store's own client, and correct 'path'."


@contextmanager
def spoken_store_errors(stored: StoredObjects) -> Iterator[None]:
    """Turn what a store refuses into one sentence.

    Raises:
        SourceError: The store cannot be reached or refuses.
    """
    try:
        yield
    except OSError as error:
        said = " ".join(str(error).split())
        if error.errno not in {None, 2} and "AWS Error" not in said:
            raise  # the disk's own refusal, not the store's
        reason = said.partition("AWS Error ")[2] or said
        reason = reason.partition("; Details:")[0][:200].rstrip(" .")
        found = (text for pattern, text in _ADVICE.items() if re.search(pattern, said, re.I))
        endpoint = "AWS_ENDPOINT_URL" if stored.scheme == "s3" else "the account in 'path'"
        advice = next(found, _OTHERWISE).format(endpoint=endpoint)
        raise SourceError(f"{stored.where}: {stored.spoken}: {reason}. {advice}") from None


def store_of(stored: StoredObjects) -> Any:
    """Return the file system of a store (``pyarrow.fs.FileSystem``), by what the environment says.

    A store that does not answer is given up within seconds.
    """
    from pyarrow import fs

    if stored.scheme == "abfss":
        account = stored.bucket.partition("@")[2].partition(".")[0]
        key = os.environ.get("AZURE_STORAGE_ACCOUNT_KEY")
        return fs.AzureFileSystem(account, account_key=key)
    endpoint = endpoint_url()
    parts = urlsplit(endpoint or "")
    own = {"endpoint_override": parts.netloc, "scheme": parts.scheme} if endpoint else {}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return fs.S3FileSystem(
        **own,
        region=region or ("us-east-1" if endpoint else None),
        connect_timeout=_CONNECT_S,
        request_timeout=_REQUEST_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
    )


def endpoint_url() -> str | None:
    """Return the address of the store where it is not Amazon's own."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
