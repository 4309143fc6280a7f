"""The life of an observation, and the words for its channels, requests and dates."""

import enum
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.core.workflow import Workflow


class ObservationState(enum.StrEnum):
    """How far the case has come. Source: register §4.

    One that was checked is under review; the act of the council decides on it.
    """

    RECEIVED = "received"
    REGISTERED = "registered"
    CHECKED = "checked"
    DECIDED = "decided"

    @property
    def label(self) -> Any:
        return {
            ObservationState.RECEIVED: _l("Received"),
            ObservationState.REGISTERED: _l("Protocol given"),
            ObservationState.CHECKED: _l("Under review"),
            ObservationState.DECIDED: _l("Decided"),
        }[self]


OBSERVATION_WORKFLOW = Workflow(
    {
        ObservationState.RECEIVED: {ObservationState.REGISTERED},
        ObservationState.REGISTERED: {ObservationState.CHECKED},
        ObservationState.CHECKED: {ObservationState.DECIDED},
        ObservationState.DECIDED: set(),
    }
)


class Regularity(enum.StrEnum):
    """Whether the author is identified well enough for the procedure."""

    SUFFICIENT = "sufficient"
    TO_REGULARISE = "to-regularise"
    REGULARISED = "regularised"

    @property
    def label(self) -> Any:
        return {
            Regularity.SUFFICIENT: _l("Author identified"),
            Regularity.TO_REGULARISE: _l("To be regularised"),
            Regularity.REGULARISED: _l("Regularised"),
        }[self]


class Channel(enum.StrEnum):
    """The way a submission came in."""

    WEB = "web"
    PEC = "pec"
    REGISTERED_MAIL = "registered-mail"
    HAND = "hand"
    EMAIL = "email"
    SITTING = "sitting"

    @property
    def label(self) -> Any:
        return {
            Channel.WEB: _l("This site"),
            Channel.PEC: _l("Certified mail (PEC)"),
            Channel.REGISTERED_MAIL: _l("Registered letter"),
            Channel.HAND: _l("By hand, at the counter"),
            Channel.EMAIL: _l("Ordinary e-mail"),
            Channel.SITTING: _l("In the minutes of a sitting"),
        }[self]


class Purpose(enum.StrEnum):
    """What a submission is for. A body may also answer that it has nothing to observe."""

    OBSERVATION = "observation"
    NO_OBSERVATIONS = "no-observations"
    WITHDRAWAL = "withdrawal"

    @property
    def label(self) -> Any:
        return {
            Purpose.OBSERVATION: _l("Observation"),
            Purpose.NO_OBSERVATIONS: _l("No observations"),
            Purpose.WITHDRAWAL: _l("Withdrawal"),
        }[self]


class LinkKind(enum.StrEnum):
    """What one observation is to an earlier one."""

    INTEGRATES = "integrates"
    REPLACES = "replaces"
    DUPLICATES = "duplicates"
    WITHDRAWS = "withdraws"

    @property
    def label(self) -> Any:
        return {
            LinkKind.INTEGRATES: _l("integrates"),
            LinkKind.REPLACES: _l("replaces"),
            LinkKind.DUPLICATES: _l("is a duplicate of"),
            LinkKind.WITHDRAWS: _l("withdraws"),
        }[self]

    @property
    def reverse(self) -> Any:
        """The same, said of the earlier one."""
        return {
            LinkKind.INTEGRATES: _l("is integrated by"),
            LinkKind.REPLACES: _l("is replaced by"),
            LinkKind.DUPLICATES: _l("has as a duplicate"),
            LinkKind.WITHDRAWS: _l("is withdrawn by"),
        }[self]

    def sentence(self, number: int, *, forward: bool = True) -> str:
        """The same with the other's number: «Integra la n. 12», «È sostituita dalla n. 15»."""
        return str(_SENTENCES[self][forward]) % {"number": number}


# What is said of the earlier one, then of the later.
_SENTENCES = {
    LinkKind.INTEGRATES: (
        _l("Is integrated by n. %(number)d"),
        _l("Integrates n. %(number)d"),
    ),
    LinkKind.REPLACES: (_l("Is replaced by n. %(number)d"), _l("Replaces n. %(number)d")),
    LinkKind.DUPLICATES: (
        _l("Has n. %(number)d as a duplicate"),
        _l("Is a duplicate of n. %(number)d"),
    ),
    LinkKind.WITHDRAWS: (_l("Is withdrawn by n. %(number)d"), _l("Withdraws n. %(number)d")),
}


class MailState(enum.StrEnum):
    """What became of a message that came in."""

    TO_ENTER = "to-enter"
    ENTERED = "entered"
    KEPT = "kept"  # a receipt: nothing is to be entered
    SET_ASIDE = "set-aside"

    @property
    def label(self) -> Any:
        return {
            MailState.TO_ENTER: _l("To be entered"),
            MailState.ENTERED: _l("Entered"),
            MailState.KEPT: _l("Receipt, kept"),
            MailState.SET_ASIDE: _l("Set aside"),
        }[self]


MAIL_WORKFLOW = Workflow(
    {
        MailState.TO_ENTER: {MailState.ENTERED, MailState.SET_ASIDE},
        MailState.SET_ASIDE: {MailState.TO_ENTER},
        MailState.ENTERED: {MailState.TO_ENTER},  # what it made was annulled
        MailState.KEPT: set(),
    }
)


class Basis(enum.StrEnum):
    """Which date counts, and why."""

    RECEIPT = "receipt"
    POSTMARK = "postmark"
    PEC_ACCEPTANCE = "pec-acceptance"
    OFFICER = "officer"

    @property
    def label(self) -> Any:
        return {
            Basis.RECEIPT: _l("the instant of receipt counts"),
            Basis.POSTMARK: _l("the postmark counts"),
            Basis.PEC_ACCEPTANCE: _l("the acceptance by the sender's PEC provider counts"),
            Basis.OFFICER: _l("set by the office, with its reason"),
        }[self]


# The date that counts for each channel of paper and mail. Source: notice of deposit of the
# PTM (raccomandata: postmark); CAD art. 48 (PEC: acceptance).
BASIS_OF_CHANNEL = {
    Channel.WEB: Basis.RECEIPT,
    Channel.PEC: Basis.PEC_ACCEPTANCE,
    Channel.REGISTERED_MAIL: Basis.POSTMARK,
    Channel.HAND: Basis.RECEIPT,
    Channel.EMAIL: Basis.RECEIPT,
    Channel.SITTING: Basis.RECEIPT,
}


class RequestKind(enum.StrEnum):
    """What a request wants done with the words or the map. Source: register §2."""

    CHANGE = "change"
    REMOVE = "remove"
    ADD = "add"
    CLARIFY = "clarify"
    REDRAW = "redraw"
    CORRECT = "correct"

    @property
    def label(self) -> Any:
        return {
            RequestKind.CHANGE: _l("Change the words"),
            RequestKind.REMOVE: _l("Remove the words"),
            RequestKind.ADD: _l("Add something"),
            RequestKind.CLARIFY: _l("Make them clear"),
            RequestKind.REDRAW: _l("Redraw a boundary"),
            RequestKind.CORRECT: _l("Correct an error"),
        }[self]

    @property
    def hint(self) -> Any:
        return {
            RequestKind.CHANGE: _l("I propose other words"),
            RequestKind.REMOVE: _l("They should not be there"),
            RequestKind.ADD: _l("A case or a rule is missing"),
            RequestKind.CLARIFY: _l("One cannot tell what they mean"),
            RequestKind.REDRAW: _l("On a map of the plan"),
            RequestKind.CORRECT: _l("A misprint, a wrong figure or reference"),
        }[self]


class PartyRole(enum.StrEnum):
    """A party's place in a submission."""

    SUBMITTER = "submitter"
    REPRESENTATIVE = "representative"
    SIGNATORY = "signatory"

    @property
    def label(self) -> Any:
        return {
            PartyRole.SUBMITTER: _l("Submitter"),
            PartyRole.REPRESENTATIVE: _l("Representative"),
            PartyRole.SIGNATORY: _l("Further signatory"),
        }[self]

    def among(self, *, several: bool) -> Any:
        """The same, where several sign: who filled in the form is the first of them."""
        if several and self is PartyRole.SUBMITTER:
            return _l("First signatory")
        return self.label


class Capacity(enum.StrEnum):
    """By what right a party writes."""

    OWN_NAME = "own-name"
    LEGAL_REPRESENTATIVE = "legal-representative"
    DELEGATE = "delegate"

    @property
    def label(self) -> Any:
        return {
            Capacity.OWN_NAME: _l("In own name"),
            Capacity.LEGAL_REPRESENTATIVE: _l("Legal representative"),
            Capacity.DELEGATE: _l("By delegation"),
        }[self]


class FileClass(enum.StrEnum):
    """How private a file of a submission is. An identity document or a mandate is in no export."""

    ATTACHMENT = "attachment"
    SIGNED = "signed"
    IDENTITY = "identity"
    SCAN = "scan"
    MANDATE = "mandate"

    @property
    def for_the_office_alone(self) -> bool:
        """Whether it tells of a person what no export and no page but the office's may hold."""
        return self in {FileClass.IDENTITY, FileClass.MANDATE}

    @property
    def label(self) -> Any:
        return {
            FileClass.ATTACHMENT: _l("Attachment"),
            FileClass.SIGNED: _l("Signed observation"),
            FileClass.IDENTITY: _l("Identity document"),
            FileClass.SCAN: _l("Scan of the original"),
            FileClass.MANDATE: _l("Mandate"),
        }[self]
