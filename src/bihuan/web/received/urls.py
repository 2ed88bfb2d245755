"""Addresses of what was received."""

from django.urls import path

from bihuan.web.received import paper, sources, views

urlpatterns = [
    path("", views.received, name="received"),
    path("paper/", paper.paper, name="paper-in"),
    path("sources/", sources.sources, name="sources"),
    path("sources/change/", sources.change, name="sources-change"),
    path("<int:number>/", views.message, name="message"),
    path("<int:number>/receipt.pdf", paper.receipt_of, name="message-receipt"),
    path("<int:number>/raw", views.raw, name="message-raw"),
    path("<int:number>/parts/<int:place>", views.part, name="message-part"),
    path("<int:number>/judge/", views.judge, name="message-judge"),
]
