"""Addresses of one's own notices."""

from django.urls import path

from bihuan.web.telling import views

urlpatterns = [
    path("me/notices/", views.mine, name="telling"),
    path("me/notices/feed/", views.feed_address, name="telling_feed"),
    path("feed/<str:token>.ics", views.feed, name="feed"),
]
