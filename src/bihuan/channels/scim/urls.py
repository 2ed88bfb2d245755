"""The addresses an identity provider asks."""

from django.urls import path

from bihuan.channels.scim import groups, users

urlpatterns = [
    path("ServiceProviderConfig", users.configuration, name="scim-configuration"),
    path("Users", users.users, name="scim-users"),
    path("Users/<int:person>", users.user, name="scim-user"),
    path("Groups", groups.groups, name="scim-groups"),
    path("Groups/<str:place>", groups.group, name="scim-group"),
]
