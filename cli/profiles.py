"""`lectern voices ...` and `lectern portraits ...`: profiles of people, each with its consent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import Exit
from cli.lines import consent_of
from cli.options import terminal_of
from cli.terminal import Terminal, sentence
from db import grants, profiles
from db.profiles import Profile
from farm.bootstrap import Farm, open_farm
from farm.caller import caller
from farm.profiles import adding, ending, timbres
from farm.profiles.adding import Added, Given
from farm.profiles.finding import named
from farm.profiles.timbres import Heard
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.moments import iso
from pipeline.plan.people import ProfileKind, Standing

ProfileName = Annotated[str, typer.Argument(metavar="NAME", help="What the profile is called.")]
Owner = Annotated[str, typer.Option("--owner", help="Who answers for it: a name, or an address.")]
Person = Annotated[
    str, typer.Option("--person", help="Whose voice or picture it is, if not the owner's own.")
]
Document = Annotated[
    Path, typer.Option("--consent", help="What the person agreed to: a PDF, or a text file.")
]
Expires = Annotated[
    str, typer.Option("--expires", help="The last day on which the consent holds, such as 2027-01-31.")
]
Department = Annotated[str, typer.Option("--department", help="Whose profile it shall be.")]

#: So many jobs are told one by one.
_TOLD = 20


def add_portrait(
    context: typer.Context,
    name: ProfileName,
    *,
    image: Annotated[Path, typer.Option("--image", help="A picture with one face, or a video of a person.")],
    consent: Document,
    owner: Owner,
    expires: Expires,
    person: Person = "",
    department: Department = "default",
) -> Exit:
    """Add a person's picture, with their consent.

    It is looked at as a manifest's portrait is. Rows name it as `profile:NAME`.
    """
    given = Given(
        name=name, owner=owner, person=person, department=department, consent=consent, expires=expires
    )
    with open_farm() as farm:
        added = adding.add_portrait(farm, given, image, by=caller())
        return _tell_added(farm, added, terminal_of(context))


def add_voice(
    context: typer.Context,
    name: ProfileName,
    *,
    reference: Annotated[
        Path, typer.Option("--reference", help="A recording of the person alone: 3 to 30 seconds of speech.")
    ],
    consent: Document,
    owner: Owner,
    expires: Expires,
    person: Person = "",
    department: Department = "default",
) -> Exit:
    """Add a sample of a person's voice, with their consent.

    It is listened to: length, clipping, noise, evenness; and once by each model that shall sound like them.
    """
    given = Given(
        name=name, owner=owner, person=person, department=department, consent=consent, expires=expires
    )
    with open_farm() as farm:
        added, terminal = adding.add_voice(farm, given, reference, by=caller()), terminal_of(context)

        def told(model: str) -> None:
            terminal.note(terminal.words("voice-heard-now", name=added.profile.name, model=model))

        return _tell_added(farm, added, terminal, timbres.make_latents(farm, added.profile, told=told))


def list_(
    context: typer.Context,
    department: Annotated[
        str, typer.Option("--department", help="Only those that this department may use.")
    ] = "",
) -> Exit:
    """List people's profiles, and how their consents stand."""
    terminal, kind = terminal_of(context), _kind_of(context)
    with open_farm() as farm:
        found = profiles.read_all(farm.ledger, kind, department=department)
        document = {
            "kind": "profiles",
            "profile_kind": kind.value,
            "profiles": [_told(farm, each) for each in found],
        }
        lines = list(_table(farm, found, terminal)) if found else [_none(kind, terminal)]
    terminal.answer(document, lines)
    return Exit.OK


def show(context: typer.Context, name: ProfileName) -> Exit:
    """Show a profile: whose it is, who may use it, where its consent lies."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = named(farm, _kind_of(context), name)
        terminal.answer(_document(farm, found), [_page(farm, found, terminal)])
    return Exit.OK


def renew(
    context: typer.Context, name: ProfileName, *, consent: Document, expires: Expires, owner: Owner = ""
) -> Exit:
    """Record a new consent for a profile.

    Jobs that were held for want of it go on, and their films tell of the new one.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = named(farm, _kind_of(context), name)
        done = adding.renew(farm, found, consent, owner=owner, expires=expires, by=caller())
        again = named(farm, found.kind, found.name)
        standing = _standing(farm, again, terminal)
        lines = [terminal.words("profile-renewed", name=again.name, standing=standing)]
        lines += _jobs("profile-released", done.changed, terminal)
        terminal.answer({**_document(farm, again), "released": list(done.changed)}, lines)
    return Exit.OK


def withdraw(context: typer.Context, name: ProfileName) -> Exit:
    """Take a person's consent back.

    What is being made with it stops within seconds, what waits is held, and nobody can order more; `renew`
    takes that back. Films that are finished stay.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = named(farm, _kind_of(context), name)
        done = ending.withdraw(farm, found, by=caller())
        again = named(farm, found.kind, found.name)
        lines = [terminal.words("profile-withdrawn", name=again.name)]
        lines += _jobs("profile-held", done.changed, terminal)
        terminal.answer({**_document(farm, again), "held": list(done.changed)}, lines)
    return Exit.OK


def grant(
    context: typer.Context,
    name: ProfileName,
    *,
    department: Annotated[str, typer.Option("--department", help="Who may use it from now on.")],
) -> Exit:
    """Let another department use a profile."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = named(farm, _kind_of(context), name)
        grants.grant(farm.ledger, found, department, by=caller())
        lines = [terminal.words("profile-granted", name=found.name, department=clean(department))]
        terminal.answer(_document(farm, named(farm, found.kind, found.name)), lines)
    return Exit.OK


def remove(context: typer.Context, name: ProfileName) -> Exit:
    """Remove a profile that no film was ever ordered with; gc then takes its files."""
    terminal = terminal_of(context)
    with open_farm() as farm:
        found = named(farm, _kind_of(context), name)
        ending.remove(farm, found, by=caller())
    document = {"kind": "profile-removed", "profile_kind": found.kind.value, "name": found.name}
    terminal.answer(document, [terminal.words("profile-removed", name=found.name)])
    return Exit.OK


def _kind_of(context: typer.Context) -> ProfileKind:
    """What of a person the command's group is about."""
    group = context.parent.info_name if context.parent is not None else ""
    return ProfileKind.PORTRAIT if group == "portraits" else ProfileKind.VOICE


def _tell_added(farm: Farm, added: Added, terminal: Terminal, heard: Sequence[Heard] | None = None) -> Exit:
    profile = added.profile
    for finding in added.findings:
        said = sentence(finding.code, finding.facts, terminal.language)
        terminal.note(Text(f"{terminal.words('warning')}{said}", style="yellow"))
    warnings = [{"code": each.code, "facts": dict(each.facts)} for each in added.findings]
    standing, person = _standing(farm, profile, terminal), clean(profile.person)
    lines = [terminal.words("profile-added", name=profile.name, person=person, standing=standing)]
    document: dict[str, object] = {**_document(farm, profile), "warnings": warnings}
    if heard is not None:
        lines += _heard(profile, heard, terminal)
        document["heard"] = [
            {"model": each.model.name, "code": each.problem.code if each.problem else None} for each in heard
        ]
    terminal.answer(document, lines)
    return Exit.OK


def _heard(profile: Profile, heard: Sequence[Heard], terminal: Terminal) -> Iterator[str]:
    """What models made of a sample, and what is still to be made."""
    for each in heard:
        if each.problem is not None:
            said = sentence(each.problem.code, each.problem.facts, terminal.language)
            terminal.note(Text(f"{terminal.words('warning')}{each.model.name}: {said}", style="yellow"))
    if done := [each.model.name for each in heard if each.problem is None]:
        yield terminal.words("voice-heard", models=terminal.words("comma").join(done))
    if len(done) < len(heard) or not heard:
        yield terminal.words("voice-heard-later", name=profile.name)


def _none(kind: ProfileKind, terminal: Terminal) -> str:
    return terminal.words("profiles-none", kind=f"{kind.value}s")


def _table(farm: Farm, found: Iterable[Profile], terminal: Terminal) -> Iterator[Table]:
    rows = [
        (
            each.name,
            each.person,
            each.owner,
            ", ".join((each.department, *each.granted)),
            _consent(farm, each, terminal),
        )
        for each in found
    ]
    yield terminal.table("name", "person", "owner", "departments", "consent", rows=rows)


def _page(farm: Farm, profile: Profile, terminal: Terminal) -> Table:
    facts = (
        ("name", profile.name),
        ("person", profile.person),
        ("owner", profile.owner),
        ("departments", ", ".join((profile.department, *profile.granted))),
        ("consent", _consent(farm, profile, terminal)),
        ("consent-document", _place(farm, _consent_file(profile))),
        ("profile-reference", _place(farm, profile.reference)),
    )
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, value in facts:
        told = value if isinstance(value, Text) else Text(clean(value))
        grid.add_row(Text(terminal.words(name), style="bold"), told)
    return grid


def _consent(farm: Farm, profile: Profile, terminal: Terminal) -> Text:
    valid = profile.standing(farm.ledger.clock()) is Standing.VALID
    return Text(_standing(farm, profile, terminal), style="green" if valid else "yellow")


def _standing(farm: Farm, profile: Profile, terminal: Terminal) -> str:
    standing = profile.standing(farm.ledger.clock())
    return consent_of(terminal, standing.value, iso(profile.consent.expires_ms))


def _document(farm: Farm, profile: Profile) -> dict[str, object]:
    return {"kind": "profile", **_told(farm, profile)}


def _told(farm: Farm, profile: Profile) -> dict[str, object]:
    """A profile for a machine."""
    return {
        "profile_kind": profile.kind.value,
        "name": profile.name,
        "person": profile.person,
        "owner": profile.owner,
        "department": profile.department,
        "granted": list(profile.granted),
        "standing": profile.standing(farm.ledger.clock()).value,
        "expires": iso(profile.consent.expires_ms),
        "consent": _place(farm, _consent_file(profile)),
        "consent_digest": profile.consent.digest,
        "reference": _place(farm, profile.reference),
        "added": iso(profile.created_at),
    }


def _consent_file(profile: Profile) -> Artifact:
    consent = profile.consent
    # A source's key is its digest.
    return Artifact(
        kind=Kind.SOURCE, key=consent.digest, digest=consent.digest, size=0, suffix=consent.suffix
    )


def _place(farm: Farm, artifact: Artifact) -> str:
    return str(farm.store.root / artifact.path)


def _jobs(words: str, numbers: tuple[int, ...], terminal: Terminal) -> list[str]:
    if not numbers:
        return []
    told = ", ".join(map(str, numbers[:_TOLD])) + (" …" if len(numbers) > _TOLD else "")
    return [terminal.words(words, number=len(numbers), jobs=told)]
