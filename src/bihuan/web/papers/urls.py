"""Addresses of printed forms."""

from django.urls import path

from bihuan.web.papers import views

urlpatterns = [
    path("cases/<str:number>/papers/preview/", views.preview, name="letter-preview"),
    path(
        "cases/<str:number>/papers/<str:code>/<int:sheet>.<str:ending>", views.of_case, name="paper"
    ),
    path("papers/", views.papers, name="papers"),
    path("papers/<str:policy>/<str:code>/blank.<str:ending>", views.blank, name="paper-blank"),
    path("papers/<str:policy>/<str:code>/template.docx", views.template, name="paper-template"),
    path("papers/<str:policy>/<str:code>/use/", views.use, name="paper-use"),
    path("papers/<str:policy>/<str:code>/withdraw/", views.withdraw, name="paper-withdraw"),
]
