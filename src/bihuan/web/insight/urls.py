"""The address of the dashboards."""

from django.urls import path

from bihuan.web.insight import views

urlpatterns = [path("insight/", views.insight, name="insight")]
