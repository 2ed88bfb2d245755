"""Addresses of cases."""

from django.urls import path

from bihuan.web.cases import views

urlpatterns = [
    path("", views.cases, name="cases"),
    path("<str:number>/", views.case, name="case"),
    path("<str:number>/reveal/", views.contact, name="case-contact"),
    path("<str:number>/files/<str:digest>/<str:name>", views.file, name="case-file"),
    path("<str:number>/together/", views.apply_to_members, name="case-together"),
    path("<str:number>/<str:act>/", views.act, name="case-act"),
]
