"""Where do the pages of this floor live?"""

from django.urls import URLPattern

app_name = "milestones"
urlpatterns: list[URLPattern] = []
