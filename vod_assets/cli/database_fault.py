"""What Dagster's database did, when it is the reason why a command ended."""

from vod_assets.domain.errors import StoreError, printable

LONGEST = 400


def database_fault(error: Exception) -> StoreError | None:
    """Return our error for one of Dagster's database that does not answer; None for any other."""
    if not isinstance(error, _kinds()):
        return None
    said = printable(" ".join(str(error.__cause__ or error).split()))[:LONGEST]
    remedy = "Check the server, and `storage` in dagster.yaml; then run again"
    return StoreError("database_unreachable", f"Dagster's database does not answer: {said}", remedy)


def _kinds() -> tuple[type[Exception], ...]:
    """Return what a lost database leads to; asked only when something failed, for the imports cost time."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    try:
        from dagster_postgres.utils import DagsterPostgresException
    except ImportError:
        return OperationalError, InterfaceError
    return OperationalError, InterfaceError, DagsterPostgresException
