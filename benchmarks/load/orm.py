"""The peer: FastAPI with SQLAlchemy's ORM over asyncpg, written as its documentation teaches, on the same tables.

It looks a token up, reads a script with all that hangs on it, and puts a ballot with its tally and its event, statement by
statement in one transaction. It has no second wall, no idempotency and no refusals, which is to its advantage.
"""

import hashlib
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from fastapi import Depends, FastAPI, Header, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ARRAY, BigInteger, ForeignKey, Integer, LargeBinary, SmallInteger, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

CHOICES = {"keep": "keep", "drop": "dropped", "pass": "pass_"}


class Base(DeclarativeBase):
    """The tables that the two operations touch."""


class Token(Base):
    """A token by its hash."""

    __tablename__ = "api_token"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"))
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    member: Mapped["Member"] = relationship(lazy="joined")


class Member(Base):
    """Who acts."""

    __tablename__ = "member"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    department_id: Mapped[UUID]


class Script(Base):
    """A script with its parts."""

    __tablename__ = "script"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID]
    title: Mapped[str]
    language: Mapped[str]
    phase: Mapped[str]
    session_minutes: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)
    departments: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    sections: Mapped[list["Section"]] = relationship(order_by="Section.rank")


class Section(Base):
    """A section with its items."""

    __tablename__ = "section"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    script_id: Mapped[UUID] = mapped_column(ForeignKey("script.id"))
    rank: Mapped[float]
    kind: Mapped[str]
    heading: Mapped[str]
    items: Mapped[list["Item"]] = relationship(order_by="Item.rank")


class Item(Base):
    """An item with its tallies."""

    __tablename__ = "item"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID]
    script_id: Mapped[UUID]
    section_id: Mapped[UUID] = mapped_column(ForeignKey("section.id"))
    rank: Mapped[float]
    kind: Mapped[str]
    text: Mapped[str]
    revision: Mapped[int]
    intent: Mapped[str]
    priority: Mapped[str]
    pinned: Mapped[bool]
    department_id: Mapped[UUID]
    author_id: Mapped[UUID]
    wording: Mapped[bytes] = mapped_column(LargeBinary)
    tallies: Mapped[list["Tally"]] = relationship()


class Tally(Base):
    """The counts of an item, by the position of the department."""

    __tablename__ = "tally"
    script_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    wording: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    keep: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    dropped: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    pass_: Mapped[list[int]] = mapped_column("pass", ARRAY(Integer))


class Ballot(Base):
    """One member's judgement of one item."""

    __tablename__ = "ballot"
    workspace_id: Mapped[UUID]
    script_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    department_id: Mapped[UUID]
    revision: Mapped[int]
    wording: Mapped[bytes] = mapped_column(LargeBinary)
    choice: Mapped[str]
    grade: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str]


class Event(Base):
    """What happened."""

    __tablename__ = "event"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    workspace_id: Mapped[UUID]
    kind: Mapped[str]
    actor_id: Mapped[UUID]
    script_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Shown(BaseModel):
    """A model that is read from the attributes of an ORM object."""

    model_config = ConfigDict(from_attributes=True)


class ShownTally(Shown):
    """The counts of an item."""

    keep: list[int]
    dropped: list[int]
    pass_: list[int]


class ShownItem(Shown):
    """An item in a script."""

    id: UUID
    kind: str
    text: str
    revision: int
    intent: str
    priority: str
    pinned: bool
    department_id: UUID
    author_id: UUID
    tallies: list[ShownTally]


class ShownSection(Shown):
    """A section in a script."""

    id: UUID
    kind: str
    heading: str
    items: list[ShownItem]


class ShownScript(Shown):
    """A script with its tallies."""

    id: UUID
    study_id: UUID
    title: str
    language: str
    phase: str
    session_minutes: int
    version: int
    departments: list[UUID]
    sections: list[ShownSection]


class ShownBallot(Shown):
    """A ballot of the reader's."""

    item_id: UUID
    revision: int
    choice: str
    grade: int | None
    reason: str


class JudgedScript(BaseModel):
    """What the reading of a script gives."""

    script: ShownScript
    mine: list[ShownBallot]


class NewBallot(BaseModel):
    """A judgement."""

    revision: int
    choice: str
    grade: int | None = None
    reason: str = ""


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """One session a request."""
    async with request.app.state.sessions() as session:
        yield session


OpenSession = Annotated[AsyncSession, Depends(open_session)]


async def signed_in(session: OpenSession, authorization: Annotated[str, Header()]) -> Token:
    """The token of the caller, with its member."""
    digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
    return (await session.execute(select(Token).where(Token.hash == digest))).scalar_one()


SignedIn = Annotated[Token, Depends(signed_in)]


def create_app(dsn: str) -> FastAPI:
    """The application over one database."""
    engine = create_async_engine(
        dsn.replace("postgresql://", "postgresql+asyncpg://"),
        pool_size=8,
        connect_args={"server_settings": {"search_path": "crossview", "jit": "off"}},
    )
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)

    @app.get("/v1/scripts/{script_id}")
    async def read_script(script_id: UUID, session: OpenSession, actor: SignedIn) -> JudgedScript:
        whole = selectinload(Script.sections).selectinload(Section.items).selectinload(Item.tallies)
        script = (await session.execute(select(Script).where(Script.id == script_id).options(whole))).scalar_one()
        mine = select(Ballot).where(Ballot.script_id == script_id, Ballot.member_id == actor.member_id)
        ballots = (await session.execute(mine)).scalars().all()
        return JudgedScript(
            script=ShownScript.model_validate(script), mine=[ShownBallot.model_validate(ballot) for ballot in ballots]
        )

    @app.put("/v1/items/{item_id}/ballot")
    async def cast_ballot(item_id: UUID, new: NewBallot, session: OpenSession, actor: SignedIn) -> ShownBallot:
        item = (await session.execute(select(Item).where(Item.id == item_id))).scalar_one()
        script = (await session.execute(select(Script).where(Script.id == item.script_id))).scalar_one()
        place = [str(department) for department in script.departments].index(str(actor.member.department_id))
        key = (item.script_id, actor.member_id, item.id)
        ballot = await session.get(Ballot, key, with_for_update=True)
        tally = await session.get(Tally, (item.script_id, item.id, item.wording), with_for_update=True)
        assert tally is not None
        if ballot is None:
            ballot = Ballot(
                workspace_id=item.workspace_id,
                script_id=item.script_id,
                member_id=actor.member_id,
                item_id=item.id,
                department_id=actor.member.department_id,
                wording=item.wording,
            )
            session.add(ballot)
        else:
            _count(tally, ballot.choice, place, -1)
        ballot.revision, ballot.choice, ballot.grade, ballot.reason = new.revision, new.choice, new.grade, new.reason
        _count(tally, new.choice, place, 1)
        session.add(
            Event(
                workspace_id=item.workspace_id,
                kind="ballot.cast",
                actor_id=actor.member_id,
                script_id=item.script_id,
                subject_id=item.id,
                facts={},
            )
        )
        await session.commit()
        return ShownBallot.model_validate(ballot)

    return app


def _count(tally: Tally, choice: str, place: int, step: int) -> None:
    counts = list(getattr(tally, CHOICES[choice]))
    counts[place] += step
    setattr(tally, CHOICES[choice], counts)


if __name__ == "__main__":
    dsn, port = sys.argv[1:]
    uvicorn.run(
        create_app(dsn), port=int(port), http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error"
    )
