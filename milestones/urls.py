"""Where do the pages of this floor live?"""

from django.urls import path, register_converter

from milestones import converters
from milestones.views import acting, completing, reading

register_converter(converters.MilestoneCode, "code")
register_converter(converters.ActionNumber, "action")
register_converter(converters.AgencyCode, "agency")

app_name = "milestones"
urlpatterns = [
    path("milestones/", reading.MilestoneList.as_view(), name="list"),
    path("milestones/<code:code>/", reading.milestone, name="detail"),
    path("milestones/<code:code>/update/", acting.update, name="update"),
    path("milestones/<code:code>/confirm/", completing.confirm, name="confirm"),
    path("milestones/<code:code>/return/", completing.return_completion, name="return"),
    path("actions/", reading.actions, name="actions"),
    path("actions/<action:number>/", reading.action, name="action"),
    path("agencies/", reading.agencies, name="agencies"),
    path("agencies/<agency:code>/", reading.agency, name="agency"),
]
