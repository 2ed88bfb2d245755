"""The address at which a language model is asked about a case."""

from django.urls import path

from bihuan.web.assistance.views import assist

urlpatterns = [path("<str:number>/assistance/", assist, name="case-assist")]
