"""Address of the board."""

from django.urls import path

from bihuan.web.board import views

urlpatterns = [path("board/", views.board, name="board")]
