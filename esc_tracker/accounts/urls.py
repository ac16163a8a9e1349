"""Which of the sign-in library's pages exist here?

Only signing in and out: sign-up is closed, and the library's other pages wait for their own forms.
"""

from allauth.account import views
from django.urls import path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
]
