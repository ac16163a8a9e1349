"""Where do the pages of this floor live?"""

from django.urls import path, register_converter

from milestones import converters
from milestones.calls import views as call_views
from milestones.checkin import views as checkin_views
from milestones.people import nominating
from milestones.people import views as people_views
from milestones.plan import assign_views
from milestones.plan import views as plan_views
from milestones.targets import views as target_views
from milestones.views import acting, asking, completing, detail, reading

register_converter(converters.MilestoneCode, "code")
register_converter(converters.ActionNumber, "action")
register_converter(converters.AgencyCode, "agency")
register_converter(converters.Week, "call_week")

app_name = "milestones"
urlpatterns = [
    path("milestones/", reading.MilestoneList.as_view(), name="list"),
    path("milestones/<code:code>/", detail.milestone, name="detail"),
    path("milestones/<code:code>/update/", acting.update, name="update"),
    path("milestones/<code:code>/revise/", target_views.revise, name="revise"),
    path("milestones/<code:code>/confirm/", completing.confirm, name="confirm"),
    path("milestones/<code:code>/return/", completing.return_completion, name="return"),
    path("milestones/<code:code>/reopen/", completing.reopen, name="reopen"),
    path("milestones/<code:code>/concur/", completing.concur, name="concur"),
    path("milestones/<code:code>/ask/", asking.ask_about, name="ask"),
    path("milestones/<code:code>/questions/<int:number>/answer/", asking.answer_question, name="answer"),
    path("milestones/<code:code>/summary/", asking.summary, name="summary"),
    path("milestones/<code:code>/withdraw/", plan_views.withdraw, name="withdraw"),
    path("milestones/assign/", assign_views.assign_agency, name="assign"),
    path("milestones/<code:code>/end-part/<agency:agency>/", assign_views.end_agency_part, name="end_part"),
    path("check-in/", checkin_views.check_in, name="check_in"),
    path("calls/", call_views.calls, name="calls"),
    path("calls/<call_week:week>/", call_views.call, name="call"),
    path("calls/<call_week:week>/move/", call_views.move, name="move_call"),
    path("calls/<call_week:week>/extend/", call_views.extend, name="extend_call"),
    path("calls/<call_week:week>/line/", call_views.add_line, name="add_call_line"),
    path("calls/<call_week:week>/skip/", call_views.skip, name="skip_call"),
    path("calls/<call_week:week>/remind/", call_views.send_reminders, name="remind"),
    path("actions/", reading.actions, name="actions"),
    path("actions/<action:number>/", reading.action, name="action"),
    path("actions/<action:number>/add/", plan_views.add, name="add"),
    path("agencies/", reading.agencies, name="agencies"),
    path("agencies/<agency:code>/", reading.agency, name="agency"),
    path("agencies/<agency:code>/people/", people_views.people, name="people"),
    path("agencies/<agency:code>/people/add/", people_views.add_person, name="add_person"),
    path("agencies/<agency:code>/people/hand-over/", people_views.hand_over_to, name="hand_over"),
    path("agencies/<agency:code>/people/<int:number>/", people_views.person, name="person"),
    path("agencies/<agency:code>/people/<int:number>/away/", people_views.away, name="away"),
    path("nominations/", nominating.nominations, name="nominations"),
]
