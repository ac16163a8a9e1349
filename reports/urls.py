"""Where do the pages of this floor live?"""

from django.urls import path, register_converter

from milestones import converters
from reports.decisions.views import decisions
from reports.meetings import acting as meeting_acts
from reports.meetings import views as meeting_pages
from reports.views.definitions import definitions
from reports.views.overdue import overdue
from reports.views.overview import overview
from reports.weekly import acting as report_acts
from reports.weekly import reading as report_pages

register_converter(converters.Week, "week")
register_converter(converters.MeetingNumber, "meeting")

app_name = "reports"
urlpatterns = [
    path("", overview, name="overview"),
    path("overdue/", overdue, name="overdue"),
    path("decisions/", decisions, name="decisions"),
    path("meetings/", meeting_pages.meetings, name="meetings"),
    path("meetings/plan/", meeting_acts.plan, name="plan_meeting"),
    path("meetings/<meeting:number>/", meeting_pages.meeting, name="meeting"),
    path("meetings/<meeting:number>/change/", meeting_acts.rearrange, name="change_meeting"),
    path("meetings/<meeting:number>/conclude/", meeting_acts.add_conclusion, name="conclude"),
    path("meetings/<meeting:number>/owe/", meeting_acts.add_due_out, name="owe"),
    path("meetings/due-outs/<int:key>/answer/", meeting_acts.answer, name="answer_due_out"),
    path("reports/", report_pages.reports, name="list"),
    path("reports/<week:week>/", report_pages.report, name="report"),
    path("reports/<week:week>.json", report_pages.report_json, name="report_json"),
    path("reports/<week:week>/refresh/", report_acts.refresh, name="refresh"),
    path("reports/<week:week>/publish/", report_acts.publish, name="publish"),
    path("reports/<week:week>/release/", report_acts.release, name="release"),
    path("reports/<week:week>/withdraw/", report_acts.withdraw, name="withdraw"),
    path("definitions/", definitions, name="definitions"),
]
