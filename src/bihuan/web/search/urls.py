"""The address of the page of what was found."""

from django.urls import path

from bihuan.web.search import views

urlpatterns = [path("", views.find, name="find")]
