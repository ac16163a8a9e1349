"""Where do the pages of this floor live?"""

from django.urls import path, register_converter

from milestones import converters
from milestones.plan import assign_views
from milestones.plan import views as plan_views
from milestones.targets import views as target_views
from milestones.views import acting, completing, reading

register_converter(converters.MilestoneCode, "code")
register_converter(converters.ActionNumber, "action")
register_converter(converters.AgencyCode, "agency")

app_name = "milestones"
urlpatterns = [
    path("milestones/", reading.MilestoneList.as_view(), name="list"),
    path("milestones/<code:code>/", reading.milestone, name="detail"),
    path("milestones/<code:code>/update/", acting.update, name="update"),
    path("milestones/<code:code>/revise/", target_views.revise, name="revise"),
    path("milestones/<code:code>/confirm/", completing.confirm, name="confirm"),
    path("milestones/<code:code>/return/", completing.return_completion, name="return"),
    path("milestones/<code:code>/withdraw/", plan_views.withdraw, name="withdraw"),
    path("milestones/assign/", assign_views.assign_agency, name="assign"),
    path("milestones/<code:code>/end-part/<agency:agency>/", assign_views.end_agency_part, name="end_part"),
    path("actions/", reading.actions, name="actions"),
    path("actions/<action:number>/", reading.action, name="action"),
    path("actions/<action:number>/add/", plan_views.add, name="add"),
    path("agencies/", reading.agencies, name="agencies"),
    path("agencies/<agency:code>/", reading.agency, name="agency"),
]
