"""Addresses below /dashboard/, as the real Dashboard has them."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("token/", views.token, name="token"),
    path("customers/", views.customers, name="customers"),
    path("customers/<str:global_id>/", views.customer, name="customer"),
    path("customers/<str:global_id>", views.customer),
    path("products/", views.products, name="products"),
    path("products/<str:global_id>/", views.product, name="product"),
    path("products/<str:global_id>", views.product),
    path("extensions/app/<str:app>", views.app_page),
    path("extensions/app/<str:app>/", views.app_page),
    path("extensions/app/<str:app>/<path:page>", views.app_page),
    path("popup/<str:identifier>/", views.popup, name="popup"),
]
