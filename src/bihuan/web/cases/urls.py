"""Addresses of cases."""

from django.urls import path

from bihuan.web.cases import export, listing, looking, many, replying, views

urlpatterns = [
    path("", listing.cases, name="cases"),
    path("cases.csv", export.export, {"ending": "csv"}, name="cases-csv"),
    path("cases.xlsx", export.export, {"ending": "xlsx"}, name="cases-xlsx"),
    path("views/", listing.save_view, name="save-view"),
    path("views/<int:view>/", listing.drop_view, name="drop-view"),
    path("many/", many.on_many, name="on-many"),
    path("<str:number>/", views.case, name="case"),
    path("<str:number>/reveal/", views.contact, name="case-contact"),
    path("<str:number>/looking/", looking.look, name="case-looking"),
    path("<str:number>/files/<str:digest>/<str:name>", views.file, name="case-file"),
    path("<str:number>/templates.json", replying.texts, name="case-templates"),
    path("<str:number>/alike/", views.alike, name="case-alike"),
    path("<str:number>/together/", views.apply_to_members, name="case-together"),
    path("<str:number>/<str:act>/", views.act, name="case-act"),
]
