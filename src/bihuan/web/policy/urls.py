"""Addresses of policies."""

from django.urls import path

from bihuan.web.policy import drafting, views

urlpatterns = [
    path("policy/", views.policies, name="policies"),
    path("policy/adopt/", views.adopt, name="policy_adopt"),
    path("policy/<str:code>/", views.read, name="policy"),
    path("policy/<str:code>/rules/", views.rules, name="policy_rules"),
    path("policy/<str:code>/check/", views.findings, name="policy_check"),
    path("policy/<str:code>/clauses/", views.clauses, name="policy_clauses"),
    path("policy/<str:code>/clause/<str:clause>/", views.clause, name="policy_clause"),
    path("policy/<str:code>/versions/", views.versions, name="policy_versions"),
    path("policy/<str:code>/file/", views.file, name="policy_file"),
    path("policy/<str:code>/sign/", views.sign, name="policy_sign"),
    path("policy/<str:code>/draft/", drafting.draft, name="policy_draft"),
    path("policy/<str:code>/sign-draft/", drafting.sign, name="policy_sign_draft"),
    path("policy/<str:code>/withdraw/", drafting.withdraw, name="policy_withdraw"),
]
