"""One form: everything that the bundle asks for, each thing once, with its source. A table and a JSON Schema."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import wording
from redesign.moves import Plan
from redesign.situation import MaterialUse, Situation


@dataclass(frozen=True, slots=True)
class FormItem:
    """One thing on the form.

    `kind`: field or material. `source`: applicant (fills it in or hands it in) or shared; then `provider` has it.
    `later`: an output of the bundle that can only be handed in when it is there.
    """

    name: str
    kind: str
    source: str
    provider: str = ""
    asked_by: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    asked_today: int = 0
    submissions: int = 0
    owner: str = ""
    required: bool = True
    later: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class OneForm:
    """The form of a bundle."""

    name: str
    services: tuple[str, ...]
    optional: tuple[str, ...]
    items: tuple[FormItem, ...]

    def rows(self) -> list[dict[str, object]]:
        """A row an item, in the form's order: what a table or a CSV shows."""
        return [
            {
                "name": item.name, "kind": item.kind, "source": item.source, "provider": item.provider,
                "asked_by": ";".join(item.asked_by), "departments": ";".join(item.departments),
                "asked_today": item.asked_today, "submissions": item.submissions, "owner": item.owner,
                "required": item.required, "later": item.later, "note": item.note,
            }
            for item in self.items
        ]  # fmt: skip

    def json_schema(self) -> dict[str, Any]:
        """The form as JSON Schema 2020-12; what is shared is `readOnly`, and `x-` keys tell where things come from."""
        properties = {item.name: _property(item, self) for item in self.items}
        handed = [i.name for i in self.items if i.required and i.source == "applicant" and not i.later]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": wording.say("redesign.node.form", name=self.name),
            "type": "object",
            "properties": properties,
            "required": handed,
            "additionalProperties": False,
        }


def _property(item: FormItem, form: OneForm) -> dict[str, Any]:
    told = {"x-asked-by": list(item.asked_by), "x-source": item.source}
    if item.provider:
        told["x-provider"] = item.provider
    if item.kind == "services":
        inner = {"enum": list(form.services)}
        needed = [s for s in form.services if s not in form.optional]
        return {
            "type": "array",
            "items": inner,
            "uniqueItems": True,
            "minItems": max(1, len(needed)),
            "default": needed,
            **told,
        }
    if item.kind == "delivery":
        return {"enum": ["collect", "post", "electronic"], **told}
    if item.kind == "field":
        return {"type": "string", "minLength": 1, **told}
    return {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "readOnly": item.source == "shared",
        **told,
    }


def one_form(situation: Situation, plan: Plan) -> OneForm:
    """The union of what the services ask for: what is filled in or handed in once, what departments provide."""
    services = situation.services
    optional = tuple(p.service for p in situation.process.services if p.share < 0.995)
    return OneForm(situation.name, services, optional, (*_fields(situation), *_materials(situation, plan)))


def _fields(situation: Situation) -> list[FormItem]:
    """What every application needs: who, through whom, about what, which services, how the results are handed over."""
    services = situation.services
    found = (
        [FormItem(wording.say("redesign.form.services"), "services", "applicant", asked_by=services)]
        if len(services) > 1
        else []
    )
    for role in ("applicant", "agent", "object"):
        if role in situation.roles:
            name = wording.say(f"redesign.form.{role}")
            found.append(
                FormItem(
                    name, "field", "applicant", asked_by=services, asked_today=len(services), required=role != "agent"
                )
            )
    if any(role == "delivery" for role in situation.roles) or len(services) > 1:
        name = wording.say("redesign.form.delivery")
        found.append(FormItem(name, "delivery", "applicant", asked_by=services, asked_today=len(services)))
    return found


def _materials(situation: Situation, plan: Plan) -> list[FormItem]:
    uses: dict[str, list[MaterialUse]] = defaultdict(list)
    for use in situation.materials:
        uses[use.material].append(use)
    forms = [material for material in uses if situation.is_form(material)]
    merged = len(forms) > 1
    items = [
        _item(material, asked, situation, plan)
        for material, asked in uses.items()
        if not (merged and material in forms)
    ]
    if merged:
        asked = [use for material in forms for use in uses[material]]
        note = wording.say("redesign.form.merged", forms=forms)
        items.insert(0, _described(wording.say("redesign.node.form", name=situation.name), asked, situation, note=note))
    return items


def _item(material: str, uses: list[MaterialUse], situation: Situation, plan: Plan) -> FormItem:
    providers = dict.fromkeys(situation.sharable_by(use) for use in uses) if plan.shared else {"": None}
    made = next((use.made_by for use in uses if use.made_by), "")
    shared = "" not in providers
    note = wording.say("redesign.form.later", service=made) if made and not shared else ""
    item = _described(material, uses, situation, note=note)
    if not shared:
        return _with(item, later=bool(made))
    return _with(item, source="shared", provider="、".join(providers))


def _described(name: str, uses: list[MaterialUse], situation: Situation, *, note: str) -> FormItem:
    entry = situation.catalogue.material(name)
    shares = {p.service: p.share for p in situation.process.services}
    return FormItem(
        name, "material", "applicant",
        asked_by=tuple(dict.fromkeys(use.service for use in uses)),
        departments=tuple(dict.fromkeys(use.department for use in uses if use.department)),
        asked_today=len(uses), submissions=sum(use.submissions for use in uses),
        owner=entry.owner if entry else "",
        required=any(shares.get(use.service, 1.0) >= 0.995 for use in uses), note=note,
    )  # fmt: skip


def _with(item: FormItem, **changes: Any) -> FormItem:
    from dataclasses import replace

    return replace(item, **changes)
