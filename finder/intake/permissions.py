"""Permissions of staff, the roles that carry them, and the scope of an account (its facilities).

Every function for staff checks here, whatever a page has checked before. An inquiry out of scope
and one that does not exist give the same error.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from finder.errors import FinderError
from finder.intake.models import Inquiry
from finder.translatable import N_


class Permission(enum.StrEnum):
    """One thing that a role may allow."""

    SEE_QUEUE = "see-queue"
    """that inquiries wait, since when and for whom; no word of them"""
    OPEN_INQUIRY = "open-inquiry"
    """unseal one inquiry and read it"""
    WORK_ON_INQUIRY = "work-on-inquiry"
    """note, call, write to its author, change its status, take it"""
    ASSIGN = "assign"
    """give an inquiry to somebody else"""
    HAND_OVER = "hand-over"
    """ask its author whether it may be passed on to a facility"""
    EXPORT = "export"
    """write inquiries out, with names where a reason is given"""
    HANDLE_REPORTS = "handle-reports"
    """read reports of wrong details, and mark them as done; the operator's own team alone"""
    SEE_AUDIT = "see-audit"
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_FACILITIES = "manage-facilities"


class Role(enum.StrEnum):
    """What an account of the staff is for."""

    VIEWER = "viewer"
    TRIAGE = "triage"
    MANAGER = "manager"
    ADMIN = "admin"


_TRIAGE = frozenset(
    {
        Permission.SEE_QUEUE,
        Permission.OPEN_INQUIRY,
        Permission.WORK_ON_INQUIRY,
        Permission.HAND_OVER,
        Permission.HANDLE_REPORTS,
    }
)
ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE_QUEUE}),
    Role.TRIAGE: _TRIAGE,
    Role.MANAGER: _TRIAGE | {Permission.ASSIGN, Permission.EXPORT, Permission.SEE_AUDIT},
    # Whoever gives out the accounts reads no inquiry, and sees in the log who does.
    Role.ADMIN: frozenset(
        {Permission.MANAGE_ACCOUNTS, Permission.MANAGE_FACILITIES, Permission.SEE_AUDIT}
    ),
}


_OF_THE_TEAM = frozenset({Permission.SEE_AUDIT})
"""what nobody may who works for single facilities: the log holds what everybody did"""


def permissions_of(role: Role, *, for_facilities: bool) -> frozenset[Permission]:
    """Return what an account may do.

    :param for_facilities: whether it works for single facilities, and not for the operator's team.
    """
    return ROLES[role] - _OF_THE_TEAM if for_facilities else ROLES[role]


@dataclass(frozen=True, slots=True)
class StaffActor:
    """Whoever of the staff does something."""

    id: str
    """the account's id, as it stands in the audit log"""
    permissions: frozenset[Permission]
    facility_ids: frozenset[int] | None
    """the facilities that they work for; None: they are of the operator's own team"""


class NotAllowed(FinderError):
    """The actor's role does not allow it."""


class NoSuchInquiry(FinderError):
    """There is no such inquiry, or it is none of this actor's facilities'."""


def require(actor: StaffActor, permission: Permission) -> None:
    """Check that an actor has a permission.

    :raises NotAllowed: the actor lacks it.
    """
    if permission not in actor.permissions:
        raise NotAllowed(N_("Your account does not allow this. Ask a manager."))


def in_scope(actor: StaffActor) -> sa.ColumnElement[bool]:
    """Return the condition that an ``Inquiry`` is one of those that the actor may know of.

    ``facility_id`` is set by its author's consent to share alone, and emptied when they take it
    back: a facility's staff never sees what was not meant for it.
    """
    if actor.facility_ids is None:
        return sa.true()
    return Inquiry.facility_id.in_(sorted(actor.facility_ids))


def locked_inquiry(
    session: Session, actor: StaffActor, inquiry_id: str, permission: Permission
) -> Inquiry:
    """Return an inquiry that the actor may do this with, locked until the transaction ends.

    :raises NotAllowed: the actor lacks the permission.
    :raises NoSuchInquiry: there is none, or it is another facility's.
    """
    require(actor, permission)
    found = session.scalars(
        sa.select(Inquiry)
        .where(Inquiry.id == inquiry_id, in_scope(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NoSuchInquiry(N_("There is no such inquiry, or it was deleted."))
    return found
