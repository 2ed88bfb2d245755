"""Addresses of the customer's pages."""

from django.urls import path

from bihuan.web.portal import answers, files, follow, views

urlpatterns = [
    path("portal/", views.begin, name="portal"),
    path("portal/complain/<int:step>", views.step, name="portal_step"),
    path("portal/apply/<str:kind>", views.conditions_of, name="portal_conditions"),
    path("portal/answers", answers.answers, name="portal_answers"),
    path("portal/receipt", views.receipt, name="portal_receipt"),
    path("portal/follow", follow.unlock, name="portal_follow"),
    path("portal/case/<str:number>", follow.case, name="portal_case"),
    path("portal/case/<str:number>/add", follow.add, name="portal_add"),
    path("portal/case/<str:number>/withdraw", follow.withdraw, name="portal_withdraw"),
    path("portal/case/<str:number>/answer", follow.answer, name="portal_answer"),
    path("portal/case/<str:number>/rate", follow.rate, name="portal_rate"),
    path("portal/case/<str:number>/consent", follow.take_back, name="portal_consent"),
    path("portal/case/<str:number>/code", follow.renew, name="portal_renew"),
    path("portal/case/<str:number>/leave", follow.leave, name="portal_leave"),
    path("portal/case/<str:number>/file/<str:digest>", files.for_customer, name="portal_file"),
]
