"""Opening connections: credentials, roles, region, endpoint, identity."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from driftcheck.aspects.base import FactUnavailable
from driftcheck.aws.calls import Clients, Memo
from driftcheck.aws.connection import AwsConnection
from driftcheck.aws.endpoints import is_aws
from driftcheck.aws.failures import BrokenAnswer, fatal, one_line, unreachable
from driftcheck.aws.pace import Paces
from driftcheck.errors import AwsError, UsageError
from driftcheck.model.report import ApiCalls, added
from driftcheck.model.values import Cause
from driftcheck.spec.model import AssumeRole, Spec, Target

if TYPE_CHECKING:
    from botocore.session import Session as CoreSession

#: What emulators that know no accounts put into their ARNs.
_NO_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """What the command line says about AWS; None leaves it to spec and environment.

    ``profile`` is used instead of the targets' own. ``region`` is for targets that
    name none; naming another one than the target does is refused.
    """

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None


_SessionKey = tuple[str | None, tuple[AssumeRole, ...]]


class AwsConnector:
    """Opens each combination of credentials and region once; ``stages.connection.Connector``.

    Safe to use from several threads: whoever asks for what another thread is opening waits
    for it, and what has nothing to do with it is opened at the same time.
    """

    def __init__(self, options: AwsOptions | None = None) -> None:
        self._options = options or AwsOptions()
        if self._options.endpoint_url is not None:
            _check_endpoint(self._options.endpoint_url)
        self._sessions = Memo()
        self._clients: list[Clients] = []
        self._opened: list[AwsConnection] = []
        self._connections = Memo()
        self._paces = Memo()
        self._renewing = threading.Lock()
        self._making_clients = threading.Lock()

    def open(self, spec: Spec, target: Target) -> AwsConnection:
        """A connection to a target, whose account has been held against the one named.

        Raises ``AwsError`` when there are no credentials or no region, when nobody
        answers, or when the account found is not the account named.
        """
        key: _SessionKey = (self._options.profile or target.profile, target.assume_role)
        session = self._session(key)
        region = self._region(target, session)
        connection = self._connection(key, region, target.account)
        if target.account is not None and connection.account != target.account:
            raise AwsError(
                f"the credentials belong to the account {connection.account}, but the target "
                f"{target.name} of {spec.file} is the account {target.account}."
            )
        return connection

    def api_calls(self) -> dict[str, ApiCalls]:
        """The calls of all connections, replicas' regions and failed targets included."""
        return added(clients.calls.counts() for clients in list(self._clients))

    def notes(self) -> list[str]:
        """What was noted about the connections; see ``stages.connection.Connector``."""
        return [note for connection in list(self._opened) for note in connection.notes()]

    def _connection(self, key: _SessionKey, region: str, named: str | None) -> AwsConnection:
        return self._connections.get((key, region), lambda: self._connect(key, region, named))

    def _connect(self, key: _SessionKey, region: str, named: str | None) -> AwsConnection:
        def renewed(expired: boto3.Session) -> boto3.Session:
            return self._renewed(key, expired)

        endpoint = self._options.endpoint_url
        clients = Clients(self._session(key), region, endpoint, renew=renewed)
        self._clients.append(clients)
        account = _account(clients, named)
        # However many credentials lead there, AWS counts the calls of the account.
        clients.paces = self._paces.get((account, region), Paces)

        def sibling(other: str) -> AwsConnection:
            return self._connection(key, other, account)

        connection = AwsConnection(clients, account, region, sibling)
        self._opened.append(connection)
        return connection

    def _region(self, target: Target, session: boto3.Session) -> str:
        option = self._options.region
        if option is not None and target.region is not None and option != target.region:
            raise UsageError(
                f"--region {option} contradicts the target {target.name}, which is in "
                f"{target.region}."
            )
        region = target.region or option or session.region_name
        if region is None:
            raise AwsError(
                "there is no AWS region. Name one in the spec's target, or with --region, "
                "AWS_REGION or the profile."
            )
        return str(region)

    def _session(self, key: _SessionKey) -> boto3.Session:
        return self._sessions.get(key, lambda: self._sign_in(key))

    def _sign_in(self, key: _SessionKey) -> boto3.Session:
        """A session with these credentials; one for a role stands on that of the role before."""
        profile, roles = key
        if roles:
            before = self._session((profile, roles[:-1]))
        try:
            if roles:
                return self._assume(before, roles[-1])
            # botocore itself reads AWS_DEFAULT_REGION only; every other SDK knows AWS_REGION.
            region = os.environ.get("AWS_REGION") or None
            return boto3.Session(profile_name=profile, region_name=region)
        except (BotoCoreError, ClientError) as error:
            raise fatal(error) or AwsError(f"{one_line(error)}.") from error

    def _renewed(self, key: _SessionKey, expired: boto3.Session) -> boto3.Session:
        """A session in place of one whose credentials AWS calls expired.

        Credentials of roles renew themselves before they expire. Others are looked for
        anew: in the files of the profile, by its programs, by `aws sso login`.
        """
        with self._renewing:
            if self._session(key) is expired:
                profile, roles = key
                for length in range(len(roles) + 1):
                    self._sessions.forget((profile, roles[:length]))
            return self._session(key)

    def _assume(self, session: boto3.Session, role: AssumeRole) -> boto3.Session:
        """A session with the role's credentials, which renew themselves before they expire."""
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
        from botocore.session import get_session

        with self._making_clients:
            source: Any = session.get_credentials()
        if source is None:
            raise AwsError(f"there are no AWS credentials to assume the role {role.role_arn} with.")
        extra = {"RoleSessionName": role.session_name}
        if role.external_id is not None:
            extra["ExternalId"] = role.external_id

        def sts_client(service: str, **credentials: Any) -> Any:
            # Roles of several accounts may stand on the same session.
            with self._making_clients:
                return session.client(  # type: ignore[call-overload]
                    service, endpoint_url=self._options.endpoint_url, **credentials
                )

        fetcher = AssumeRoleCredentialFetcher(
            client_creator=sts_client,
            source_credentials=source,
            role_arn=role.role_arn,
            extra_args=extra,
        )
        core: CoreSession = get_session()
        core._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]
            method="assume-role", refresh_using=fetcher.fetch_credentials
        )
        return boto3.Session(botocore_session=core, region_name=session.region_name)


def _account(clients: Clients, named: str | None) -> str:
    """The account that the credentials belong to.

    Emulators that know no accounts are taken to be the one that is named.
    """
    if _only_dynamodb_is_elsewhere(clients):
        return named or _NO_ACCOUNT
    try:
        answer = clients.call("sts:GetCallerIdentity", {})
    except FactUnavailable as failure:
        cause = failure.__cause__
        endpoint = str(clients.client("sts").meta.endpoint_url)
        if isinstance(cause, BrokenAnswer):
            raise AwsError(
                f"what answers at {endpoint} is not AWS ({one_line(cause)}). Check the endpoint, "
                "and whether a proxy or a login page stands between."
            ) from failure
        if isinstance(cause, BotoCoreError) and unreachable(cause):
            raise AwsError(
                f"nobody answers at {endpoint} ({one_line(cause)}). Check the network, "
                "the region and the endpoint."
            ) from failure
        if failure.cause is Cause.UNSUPPORTED and not is_aws(endpoint):
            return named or _NO_ACCOUNT
        raise AwsError(f"the credentials cannot be used: {failure}.") from failure
    return str(answer.get("Account") or named or _NO_ACCOUNT)


def _only_dynamodb_is_elsewhere(clients: Clients) -> bool:
    """Whether DynamoDB is an emulator while STS would be AWS itself."""
    dynamodb, sts = (str(clients.client(p).meta.endpoint_url) for p in ("dynamodb", "sts"))
    return is_aws(sts) and not is_aws(dynamodb)


def _check_endpoint(url: str) -> None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # no address, or no port, that there could be
        whole = False
    if not whole:
        raise UsageError(f"--endpoint-url {url}: give a whole URL, as http://localhost:5000.")
