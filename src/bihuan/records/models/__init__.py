"""Every table, one module a noun."""

from bihuan.records.models.access import CaseAccess, Disclosure, Looking
from bihuan.records.models.administration import AdministrativeChange, ReplyTemplate
from bihuan.records.models.attempt import Attempt
from bihuan.records.models.call import Call, PhoneLine
from bihuan.records.models.case import Case, DayCounter, SweepFailure
from bihuan.records.models.delivery import (
    Delivery,
    Gateway,
    GroupChat,
    NoticeText,
    Telling,
)
from bihuan.records.models.event import ActReceipt, Anchor, Event
from bihuan.records.models.import_mapping import ImportMapping
from bihuan.records.models.learned import Learned, Suggested
from bihuan.records.models.library import Citation, Document, DocumentTerm
from bihuan.records.models.mailbox import Mailbox
from bihuan.records.models.obligation import Obligation
from bihuan.records.models.organisation import Absence, Holding, Person, Rostering, Site, Unit
from bihuan.records.models.outbox import Notice, Outbox
from bihuan.records.models.paper import PaperTemplate
from bihuan.records.models.party import Handle, Party
from bihuan.records.models.passage import Passage, PassageSigns
from bihuan.records.models.policy import PolicyUse, PolicyVersion, PublishedYear
from bihuan.records.models.problem import Problem, ProblemCase
from bihuan.records.models.received import Received
from bihuan.records.models.report import IssuedReport
from bihuan.records.models.retention import PurgeCertificate
from bihuan.records.models.saved_view import SavedView
from bihuan.records.models.source import Source
from bihuan.records.models.token import ApiToken
from bihuan.records.models.trait import Trait
from bihuan.records.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Absence",
    "ActReceipt",
    "AdministrativeChange",
    "Anchor",
    "ApiToken",
    "Attempt",
    "Call",
    "Case",
    "CaseAccess",
    "Citation",
    "DayCounter",
    "Delivery",
    "Disclosure",
    "Document",
    "DocumentTerm",
    "Event",
    "Gateway",
    "GroupChat",
    "Handle",
    "Holding",
    "ImportMapping",
    "IssuedReport",
    "Learned",
    "Looking",
    "Mailbox",
    "Notice",
    "NoticeText",
    "Obligation",
    "Outbox",
    "PaperTemplate",
    "Party",
    "Passage",
    "PassageSigns",
    "Person",
    "PhoneLine",
    "PolicyUse",
    "PolicyVersion",
    "Problem",
    "ProblemCase",
    "PublishedYear",
    "PurgeCertificate",
    "Received",
    "ReplyTemplate",
    "Rostering",
    "SavedView",
    "Site",
    "Source",
    "Suggested",
    "SweepFailure",
    "Telling",
    "Trait",
    "Unit",
    "Webhook",
    "WebhookDelivery",
]
