"""The types of subject that a register counts. Source: domain list of the office, register §5."""

import enum
from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l


class SubjectGroup(enum.StrEnum):
    """The groups under which types are counted and shown."""

    TERRITORIAL = "territorial"
    AUTHORITY = "authority"
    OPERATOR = "operator"
    SOCIAL = "social"
    PROFESSIONAL = "professional"
    ASSOCIATION = "association"
    RESEARCH = "research"
    POLITICAL = "political"
    PRIVATE = "private"

    @property
    def label(self) -> Any:
        return {
            SubjectGroup.TERRITORIAL: _l("Territorial bodies"),
            SubjectGroup.AUTHORITY: _l("Environmental and other authorities"),
            SubjectGroup.OPERATOR: _l("Network operators and public companies"),
            SubjectGroup.SOCIAL: _l("Economic and social partners"),
            SubjectGroup.PROFESSIONAL: _l("Professional orders"),
            SubjectGroup.ASSOCIATION: _l("Associations"),
            SubjectGroup.RESEARCH: _l("Research"),
            SubjectGroup.POLITICAL: _l("Political groups"),
            SubjectGroup.PRIVATE: _l("Private subjects"),
        }[self]


class SubjectType(enum.StrEnum):
    """What a submitter or a stakeholder is."""

    MUNICIPALITY = "municipality"
    UNION = "union-of-municipalities"
    BOROUGH = "borough"
    PROVINCE = "province"
    REGION = "region"
    ZONE_ASSEMBLY = "zone-assembly"
    OTHER_BODY = "other-body"
    ENVIRONMENTAL_AUTHORITY = "environmental-authority"
    PARK_AUTHORITY = "park-authority"
    MINISTRY = "ministry"
    OPERATOR = "operator"
    TRADE_ASSOCIATION = "trade-association"
    TRADE_UNION = "trade-union"
    PROFESSIONAL_ORDER = "professional-order"
    ENVIRONMENTAL_ASSOCIATION = "environmental-association"
    ASSOCIATION = "association"
    COMMITTEE = "committee"
    UNIVERSITY = "university"
    POLITICAL_GROUP = "political-group"
    CITIZEN = "citizen"
    CITIZENS = "citizens"
    COMPANY = "company"
    PROFESSIONAL = "professional"

    @property
    def label(self) -> Any:
        return _TYPES[self][1]

    @property
    def group(self) -> SubjectGroup:
        return _TYPES[self][0]

    @property
    def is_private_person(self) -> bool:
        """Whose name is never published. Source: Garante, guidelines of 15 May 2014."""
        return self in {SubjectType.CITIZEN, SubjectType.CITIZENS, SubjectType.PROFESSIONAL}


_TYPES: dict[SubjectType, tuple[SubjectGroup, Any]] = {
    SubjectType.MUNICIPALITY: (SubjectGroup.TERRITORIAL, _l("Comune")),
    SubjectType.UNION: (SubjectGroup.TERRITORIAL, _l("Union of Comuni")),
    SubjectType.BOROUGH: (SubjectGroup.TERRITORIAL, _l("Borough of Milano (Municipio)")),
    SubjectType.PROVINCE: (SubjectGroup.TERRITORIAL, _l("Province")),
    SubjectType.REGION: (SubjectGroup.TERRITORIAL, _l("Region")),
    SubjectType.ZONE_ASSEMBLY: (SubjectGroup.TERRITORIAL, _l("Assembly of a homogeneous zone")),
    SubjectType.OTHER_BODY: (SubjectGroup.TERRITORIAL, _l("Other public body")),
    SubjectType.ENVIRONMENTAL_AUTHORITY: (
        SubjectGroup.AUTHORITY,
        _l("Environmental authority (SCA)"),
    ),
    SubjectType.PARK_AUTHORITY: (SubjectGroup.AUTHORITY, _l("Park authority")),
    SubjectType.MINISTRY: (SubjectGroup.AUTHORITY, _l("Ministry or state office")),
    SubjectType.OPERATOR: (SubjectGroup.OPERATOR, _l("Network operator or public company")),
    SubjectType.TRADE_ASSOCIATION: (SubjectGroup.SOCIAL, _l("Trade association")),
    SubjectType.TRADE_UNION: (SubjectGroup.SOCIAL, _l("Trade union")),
    SubjectType.PROFESSIONAL_ORDER: (SubjectGroup.PROFESSIONAL, _l("Professional order")),
    SubjectType.ENVIRONMENTAL_ASSOCIATION: (
        SubjectGroup.ASSOCIATION,
        _l("Environmental association"),
    ),
    SubjectType.ASSOCIATION: (SubjectGroup.ASSOCIATION, _l("Other association")),
    SubjectType.COMMITTEE: (SubjectGroup.ASSOCIATION, _l("Committee")),
    SubjectType.UNIVERSITY: (SubjectGroup.RESEARCH, _l("University or research centre")),
    SubjectType.POLITICAL_GROUP: (SubjectGroup.POLITICAL, _l("Council group or party")),
    SubjectType.CITIZEN: (SubjectGroup.PRIVATE, _l("Citizen")),
    SubjectType.CITIZENS: (SubjectGroup.PRIVATE, _l("Group of citizens")),
    SubjectType.COMPANY: (SubjectGroup.PRIVATE, _l("Company")),
    SubjectType.PROFESSIONAL: (SubjectGroup.PRIVATE, _l("Professional")),
}


class SubjectFamily(enum.StrEnum):
    """The few answers among which whoever fills in the public form chooses first.

    A citizen, by far the commonest, is asked nothing further; the others say which they are.
    """

    CITIZEN = "citizen"
    BODY = "any-body"
    ASSOCIATION = "any-association"
    PROFESSION = "any-profession"
    COMPANY = "any-company"

    @property
    def label(self) -> Any:
        return {
            SubjectFamily.CITIZEN: _l("Citizen"),
            SubjectFamily.BODY: _l("Comune or other public body"),
            SubjectFamily.ASSOCIATION: _l("Association or group"),
            SubjectFamily.PROFESSION: _l("Professional order or professional"),
            SubjectFamily.COMPANY: _l("Company or network operator"),
        }[self]

    @property
    def hint(self) -> Any:
        """Who finds themselves here without looking for it."""
        return {
            SubjectFamily.CITIZEN: _l("For yourself or for somebody else."),
            SubjectFamily.BODY: _l("Also parks, ministries, authorities, universities."),
            SubjectFamily.ASSOCIATION: _l("Also committees, unions, parties, groups of citizens."),
            SubjectFamily.PROFESSION: "",
            SubjectFamily.COMPANY: "",
        }[self]

    @property
    def types(self) -> list[SubjectType]:
        """What one may be more exactly, the commonest first."""
        return _FAMILIES[self]


_FAMILIES = {
    SubjectFamily.CITIZEN: [SubjectType.CITIZEN],
    SubjectFamily.BODY: [
        SubjectType.MUNICIPALITY,
        SubjectType.UNION,
        SubjectType.BOROUGH,
        SubjectType.ZONE_ASSEMBLY,
        SubjectType.PROVINCE,
        SubjectType.REGION,
        SubjectType.PARK_AUTHORITY,
        SubjectType.ENVIRONMENTAL_AUTHORITY,
        SubjectType.MINISTRY,
        SubjectType.UNIVERSITY,
        SubjectType.OTHER_BODY,
    ],
    SubjectFamily.ASSOCIATION: [
        SubjectType.ENVIRONMENTAL_ASSOCIATION,
        SubjectType.TRADE_ASSOCIATION,
        SubjectType.TRADE_UNION,
        SubjectType.COMMITTEE,
        SubjectType.CITIZENS,
        SubjectType.POLITICAL_GROUP,
        SubjectType.ASSOCIATION,
    ],
    SubjectFamily.PROFESSION: [SubjectType.PROFESSIONAL, SubjectType.PROFESSIONAL_ORDER],
    SubjectFamily.COMPANY: [SubjectType.COMPANY, SubjectType.OPERATOR],
}


def families_of(types: Collection[SubjectType]) -> list[SubjectFamily]:
    """The first answers that lead to any of these types, in their order."""
    return [family for family in SubjectFamily if any(t in types for t in family.types)]


def family_of(subject_type: SubjectType) -> SubjectFamily:
    """The first answer that leads to a type."""
    return next(family for family in SubjectFamily if subject_type in family.types)
