"""Addresses of the ways of telling."""

from django.urls import path

from bihuan.web.ways import texts, views

urlpatterns = [
    path("ways/", views.everything, name="ways"),
    path("ways/chats/", views.chat, name="way_chats"),
    path("ways/texts/", texts.texts, name="notice_texts"),
    path("ways/texts/change/", texts.change, name="notice_texts_change"),
    path("ways/<str:way>/", views.one, name="way"),
]
