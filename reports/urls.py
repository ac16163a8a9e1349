"""Where do the pages of this floor live?"""

from django.urls import path, register_converter

from milestones import converters
from reports.decisions.views import decisions
from reports.documents import files
from reports.documents import views as documents
from reports.journal import views as journal_pages
from reports.mailing import views as mail_pages
from reports.meetings import acting as meeting_acts
from reports.meetings import views as meeting_pages
from reports.views.definitions import definitions
from reports.views.overdue import overdue
from reports.views.overview import overview
from reports.weekly import acting as report_acts
from reports.weekly import reading as report_pages
from reports.weekly import write_views
from reports.weekly.register import releases

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
    path("reports/<week:week>.xlsx", files.report_xlsx, name="report_xlsx"),
    path("reports/<week:week>.csv", files.report_csv, name="report_csv"),
    path("reports/<week:week>.docx", files.report_docx, name="report_docx"),
    path("reports/<week:week>/one-page.docx", files.one_page_docx, name="one_page_docx"),
    path("reports/<week:week>/one-page/", documents.one_page, name="one_page"),
    path("reports/<week:week>.pdf", documents.report_pdf, name="report_pdf"),
    path("reports/<week:week>/one-page.pdf", documents.one_page_pdf, name="one_page_pdf"),
    path("reports/releases/", releases, name="releases"),
    path("reports/<week:week>/write/", write_views.write_report, name="write"),
    path("reports/<week:week>/lines/<code:code>/<agency:agency>/<slug:field>/", write_views.write_line, name="line"),
    path("reports/<week:week>/correct/", report_acts.correct, name="correct"),
    path("reports/<week:week>/refresh/", report_acts.refresh, name="refresh"),
    path("reports/<week:week>/publish/", report_acts.publish, name="publish"),
    path("reports/<week:week>/release/", report_acts.release, name="release"),
    path("reports/<week:week>/withdraw/", report_acts.withdraw, name="withdraw"),
    path("mail/", mail_pages.mail, name="mail"),
    path("mail/dry-run/", mail_pages.would_go, name="mail_dry_run"),
    path("mail/turn/", mail_pages.turn, name="turn_mail"),
    path("journal/", journal_pages.journal, name="journal"),
    path("journal/<int:number>/", journal_pages.entry, name="journal_entry"),
    path("definitions/", definitions, name="definitions"),
]
